//! What the page of texts says.

use crate::language::words;

words! {
    HOW: "数字来自数据库，所有实例合计。超过5秒未交给运营商的应当查明原因。" / "The figures come from the database and cover every instance. Look into texts that took more than five seconds.";
    WAITING: "到期待发" / "Due";
    OLDEST: "最早一条" / "Oldest";
    LATER: "定时待发" / "For later";
    DEAD: "无法发送" / "Dead letters";
    SENT_AGAIN: "查无回应后重发" / "Sent again unanswered";
    NEVER_ANSWERED: "结果未知" / "Outcome unknown";
    WITHIN: "5秒内交出" / "Within 5 s";
    HALF: "半数用时" / "Half within";
    MOST: "99%用时" / "99 % within";
    DELIVERED: "已送达" / "Delivered";
    BY_DAY: "每日送达速度" / "Speed day by day";
    DAY: "日期" / "Day";
    TEXTS: "交出条数" / "Texts taken";
    SECONDS: "{}秒" / "{} s";
    MILLISECONDS: "{}毫秒" / "{} ms";
    PROVIDERS: "通道（最近10分钟）" / "Providers, last ten minutes";
    PROVIDER: "通道" / "Provider";
    ACCEPTED: "接收" / "Accepted";
    REFUSED: "拒绝" / "Refused";
    UNANSWERED: "结果不明" / "Unanswered";
    LAST: "最近一次接收" / "Last accepted";
    NO_PROVIDERS: "最近10分钟没有发送" / "Nothing was sent in the last ten minutes";
    LETTERS: "无法发送的短信" / "Dead letters";
    NO_LETTERS: "没有无法发送的短信" / "There are no dead letters";
    TEMPLATE: "模板" / "Template";
    WHEN: "时间" / "When";
    ATTEMPTS: "次数" / "Attempts";
    REASON: "原因" / "Reason";
    ACTION: "操作" / "Action";
    REPLAY: "重新发送" / "Send again";
    REPLAYED: "已放回待发队列" / "It waits to be sent again";
    TEMPLATES: "报备模板" / "Filed templates";
    CLASS: "类别" / "Class";
    WORDS: "内容" / "Words";
    ALIYUN: "阿里云" / "Aliyun";
    TENCENT: "腾讯云" / "Tencent Cloud";
    NEVER: "—" / "—";
}
