export const ATLAS: Record<string, string> = {
  '图册': 'Atlas',
  '多宗地块的图合成一册': 'The sheets of many parcels in one volume',
  '封面、索引、总图和每宗一图，合成一份带书签的 PDF': 'Cover, index, overview and a sheet for each parcel: one PDF with bookmarks',
  '每宗的图': 'Sheet of each parcel',
  '纸张': 'Paper',
  '封面题名（可不填）': 'Title of the cover (may be left out)',
  '一册最多 {n} 页，请按片区分册。': 'A volume takes {n} pages; make one for each area.',
  '生成图册': 'Make the atlas',
  '在后台制作，文件保留 {n} 天': 'Made in the background; files are kept for {n} days',
  '已取消': 'cancelled',
  '取消{what}': 'Cancel {what}',
};
