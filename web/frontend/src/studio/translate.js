// The words of bpmn-js and its panel in Chinese; what is missing stays English.
const ZH = {
  'Activate hand tool': '移动画布', 'Activate lasso tool': '框选', 'Activate create/remove space tool': '增减空间',
  'Activate global connect tool': '连线', 'Create start event': '开始事件', 'Create end event': '结束事件',
  'Create intermediate/boundary event': '中间事件／边界事件', 'Create gateway': '网关', 'Create task': '任务',
  'Create expanded sub-process': '展开的子流程', 'Create data object reference': '数据对象',
  'Create data store reference': '数据存储', 'Create pool/participant': '池', 'Create group': '分组',
  'Append task': '追加任务', 'Append end event': '追加结束事件', 'Append gateway': '追加网关',
  'Append intermediate/boundary event': '追加中间事件', 'Add text annotation': '添加注释', 'Change element': '更改类型',
  'Connect to other element': '连接到其他元素', 'Connect using association': '用关联连接', Delete: '删除', Remove: '移除',
  'Add lane above': '在上方加泳道', 'Add lane below': '在下方加泳道', 'Divide into two lanes': '分成两条泳道',
  'Divide into three lanes': '分成三条泳道', General: '常规', Name: '名称', ID: '标识', Executable: '可执行',
  Documentation: '说明', 'Element documentation': '元素说明', 'Process documentation': '流程说明', Message: '消息',
  'Global message reference': '消息', Error: '错误', 'Global error reference': '错误', Code: '代码',
  'Multi-instance': '多实例', 'Loop cardinality': '次数', 'Completion condition': '完成条件', '<none>': '无',
  'Create new ...': '新建…', 'Element must have an unique id.': '标识必须唯一。',
  'ID must not be empty.': '标识不能为空。', 'ID must be unique.': '标识必须唯一。', 'ID must not contain spaces.': '标识不能有空格。',
  'Select an element to edit its properties.': '选中一个元素以编辑其属性。',
  'Multiple elements are selected. Select a single element to edit its properties.': '选中了多个元素，请只选一个。',
  'Toggle section': '展开或收起', 'Create new list item': '新增一行', 'Delete item': '删除', Create: '新建',
  Task: '任务', 'User task': '用户任务', 'Service task': '服务任务', 'Script task': '脚本任务', 'Manual task': '手工任务',
  'Business rule task': '决策任务', 'Send task': '发送任务', 'Receive task': '接收任务', 'Call activity': '调用活动',
  'Sub-process (collapsed)': '折叠的子流程', 'Sub-process (expanded)': '展开的子流程', 'Exclusive gateway': '排他网关',
  'Parallel gateway': '并行网关', 'Inclusive gateway': '包容网关', 'Event-based gateway': '事件网关',
  'Start event': '开始事件', 'End event': '结束事件', 'Message start event': '消息开始事件', 'Timer start event': '定时开始事件',
  'Message end event': '消息结束事件', 'Terminate end event': '终止结束事件', 'Error end event': '错误结束事件',
  'Message intermediate catch event': '消息捕获事件', 'Message intermediate throw event': '消息抛出事件',
  'Timer intermediate catch event': '定时捕获事件', 'Message boundary event': '消息边界事件',
  'Timer boundary event': '定时边界事件', 'Error boundary event': '错误边界事件',
  'Timer boundary event (non-interrupting)': '定时边界事件（非中断）',
  'Message boundary event (non-interrupting)': '消息边界事件（非中断）', 'Sequence flow': '顺序流',
  'Default flow': '默认流', 'Conditional flow': '条件流', 'Parallel multi-instance': '并行多实例',
  'Sequential multi-instance': '顺序多实例', Loop: '循环', 'Search in diagram': '在图中查找',
  Collaboration: '协作', Participant: '池', Lane: '泳道', Process: '流程', 'Sub process': '子流程', 'Event sub process': '事件子流程',
  'Text annotation': '注释', Association: '关联', 'Start event (non interrupting)': '开始事件（非中断）',
  'Message boundary event (non interrupting)': '消息边界事件（非中断）', 'Timer boundary event (non interrupting)': '定时边界事件（非中断）',
  'Escalation boundary event': '升级边界事件', 'Signal boundary event': '信号边界事件', 'Compensation boundary event': '补偿边界事件',
};

export function translateModule(locale, words = ZH) {
  // The panel's header writes "User Task", the menus "User task".
  const byWords = Object.fromEntries(Object.entries(words).map(([key, text]) => [key.toLowerCase(), text]));
  const translate = (template, replacements = {}) => {
    const text = (locale === 'zh' && byWords[template.trim().toLowerCase()]) || template;
    return text.replace(/{([^}]+)}/g, (_whole, name) => replacements[name.trim()] ?? `{${name}}`);
  };
  return { translate: ['value', translate] };
}
