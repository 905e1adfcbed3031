/** A sheet as a file of this computer. */
import { send } from '../../shared/http';

export const FORMATS = [['pdf', 'PDF'], ['png', '图片'], ['pptx', '幻灯片'], ['docx', 'Word']] as const;

/** `door`: as the service lists a kind's file, with `{format}` in it. */
export async function saveSheet(door: string, format: string, name: string, asked: Record<string, string>): Promise<void> {
  const path = door.split('?')[0]!.replace('/api/v1', '').replace('{format}', format);
  const response = await send('GET', `${path}?${new URLSearchParams(asked)}`);
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(await response.blob()), download: `${name}.${format}` });
  link.click();
  URL.revokeObjectURL(link.href);
}
