/** What the trace calls the things people do; a word not listed here is shown as the server wrote it. */
import { t } from '../../shared/i18n';

const ACTIONS: Record<string, string> = {
  'session.open': '登录',
  'session.first_step': '登录第一步',
  'session.end': '退出登录',
  'user.create': '新建账户',
  'user.change': '变更账户',
  'user.password': '改密码',
  'second_factor.enrol': '绑定身份验证器',
  'second_factor.codes': '换恢复码',
  'second_factor.remove': '解除身份验证器',
  'second_factor.reset': '重置身份验证器',
  'identity.bind': '绑定统一身份',
  'identity.unbind': '解除统一身份',
  'grant.give': '授予角色',
  'grant.take': '收回角色',
  'token.create': '新建令牌',
  'token.revoke': '作废令牌',
  'webhook.change': '变更对外推送',
  'backup.make': '立即备份',
  'contact.read': '看联系方式',
  'parcel.create': '新增地块',
  'parcel.edit': '修改地块',
  'parcel.import': '导入地块',
  'parcel.split': '分割地块',
  'parcel.merge': '合并地块',
  'parcel.adjust': '调整地块边界',
  'parcel.retire': '地块出库',
  'parcel.undo': '撤销办理',
  'topology.decide': '处理拓扑问题',
  'document.create': '登记依据',
  'paper_template.change': '改文书模板',
  'sample.load': '装入示例数据',
};

export const actionName = (action: string): string => (ACTIONS[action] ? t(ACTIONS[action]) : action);
