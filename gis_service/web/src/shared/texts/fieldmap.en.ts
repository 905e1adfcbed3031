export const FIELD_MAP: Record<string, string> = {
  // the map of a walk
  '地图：方向键移动，加减号缩放；任务列表里有同样的地块': 'Map: arrow keys move, plus and minus zoom; the list of the task holds the same parcels',
  '跟随我的位置': 'Follow my position',
  '看全部任务地块': 'All parcels of the task',
  '位置不对就拖动大头针，或长按别处': 'Drag the pin if it is wrong, or press long elsewhere',
  '长按地图放大头针，或把十字移到那里再按“放在十字处”': 'Press long on the map, or move the cross there and put the pin at the cross',
  '边线交叉了，请拖动或退回一个点': 'Edges cross: drag or take back a corner',
  '点地图加角点，还要 {n} 个': 'Tap the map to add corners: {n} more needed',
  '共 {n} 个点，可拖动修改': '{n} corners; drag to change',
  '放在十字处': 'Put at the cross',
  '十字处加点': 'Add at the cross',
  '放在我的位置': 'Put at my position',
  '退回一点': 'Take one back',
  '天地图': 'Tianditu',
  '内部使用': 'For internal use',
};
