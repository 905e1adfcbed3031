/** Roles by name, and which of them stand alone. */
import { t } from '../../shared/i18n';

export const ROLES: Record<string, string> = {
  guest: '访客',
  inspector: '巡查员',
  land_officer: '土地专员',
  waste_officer: '固废专员',
  case_officer: '案件专员',
  leader: '领导',
  unit_user: '管护单位',
  system_admin: '系统管理员',
  security_admin: '安全管理员',
  auditor: '审计员',
};

export const roleName = (role: string): string => t(ROLES[role] ?? role);
