/** English of the field queue. */
export const QUEUE: Record<string, string> = {
  照片已不在本机: 'The photo is no longer on this phone',
  照片在本机读不出来: 'The photo cannot be read on this phone',
  照片在本机已损坏: 'The photo is damaged on this phone',
  服务器没有收下照片: 'The server did not take the photo',
};
