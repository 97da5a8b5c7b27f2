//! What the pages of case officers and auditors say.

use crate::language::words;

words! {
    LOOK_HOW: "每次查询须填写理由，记入审计；每人每天30次。姓名和号码默认遮挡，输入新的动态口令后显示。" / "Each look-up needs a reason and is audited; thirty a day. Names and numbers are masked unless a new one-time code is given.";
    CASE_NO: "案件编号" / "Case number";
    REASON: "查询理由" / "Reason";
    UNMASK: "动态口令（显示完整信息时填写）" / "One-time code, to see names whole";
    LOOK_UP: "查询" / "Look up";
    AGENCY: "办案单位" / "Unit";
    STATE: "状态" / "Stands at";
    PARTIES: "当事人" / "Parties";
    ROLE: "身份" / "Role";
    NAME: "姓名" / "Name";
    ID_NUMBER: "身份证号码" / "ID number";
    PUBLISHED: "已公布的进展" / "What was published";
    STEP: "进展" / "Step";
    WHEN: "时间" / "When";
    STANDING: "效力" / "Stands";
    CURRENT: "有效" / "Yes";
    CORRECTED: "已更正" / "Corrected";
    WITHDRAWN: "已撤回" / "Taken back";
    ACTION: "操作" / "Action";
    TAKE_BACK: "撤回" / "Take back";
    TAKE_BACK_ASK: "撤回后，看过的人会收到更正短信。请输入撤回理由（4至200字）：" / "Whoever was told will be told of this. Why is it taken back (4 to 200 characters)?";
    TAKEN_BACK: "已撤回" / "It is taken back";
    LISTS: "发还清单" / "Signed lists of returned property";
    LIST: "打开清单 {}" / "Open list {}";
    PREVIEW: "公布前预览" / "Preview a publication";
    PREVIEW_HOW: "逐项查看每类人会看到什么、会收到哪条短信；不会公布任何内容。" / "Shows what each role would read and which text would go out. Nothing is published.";
    DETAILS: "内容，每行一项：名称=值（如 document_no=云公立字〔2026〕第1号）" / "Details, one a line: name=value, such as document_no=12";
    SHOW: "预览" / "Preview";
    TEXT: "短信模板：{}" / "Text: {}";
    WITHHELD: "无人可见：{}" / "Read by nobody: {}";
    PEOPLE: "人数" / "People";
    TOLD: "是否告知" / "Told";
    READS: "可见内容" / "Reads";
    YES: "是" / "Yes";
    NO: "否" / "No";
    INTERFERENCE: "过问登记" / "Record of interference";
    INTERFERENCE_HOW: "有人打听案情、说情或干预办案的，应当登记。登记后由审计员查阅。" / "Record whoever asks about a case without business or tries to influence it. Auditors read it.";
    WHO: "何人" / "Who";
    UNIT: "单位" / "Unit";
    WHAT: "过问内容（4至500字）" / "What they asked for";
    RECORD: "登记" / "Record";
    RECORDED: "已登记" / "Recorded";
    REVIEWS_HOW: "不予立案的复议申请，已同时写回案件系统。" / "Requests for review of decisions not to file. The case system has them too.";
    NO_REVIEWS: "没有待答复的复议申请" / "There is nothing to answer";
    REQUESTED: "申请时间" / "Requested";
    ANSWER_BY: "答复期限" / "Answer by";
    LOOKS: "案件查询记录" / "Look-ups of cases";
    STAFF: "查询人" / "Who looked";
    FOUND: "查到" / "Found";
    UNMASKED: "完整信息" / "Unmasked";
    INTERFERENCES: "过问记录" / "Records of interference";
    RECORDED_BY: "登记人" / "Recorded by";
    NOTHING: "没有记录" / "There is none";
}
