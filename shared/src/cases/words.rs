//! The steps, states and deadlines in plain words: what each is called, what it means, and in which article it stands.

use super::{
    periods::DeadlineKind,
    rules::{Field, Kind, MeasureKind, PropertyState, Role, Step},
};
use crate::language::Phrase;

const fn phrase(zh: &'static str, en: &'static str) -> Phrase {
    Phrase { zh, en }
}

impl Step {
    /// What the step is called.
    pub const fn title(self) -> Phrase {
        match self {
            Self::Accepted => phrase("受案", "Report accepted"),
            Self::ReviewExtended => phrase("延长立案审查", "More time to decide on filing"),
            Self::Filed => phrase("立案", "Case filed"),
            Self::NotFiled => phrase("不予立案", "Case not filed"),
            Self::Transferred => phrase("移送管辖", "Transferred to another agency"),
            Self::Opinion => phrase("鉴定意见告知", "Expert opinion"),
            Self::Measure => phrase("采取强制措施", "Measure against a suspect"),
            Self::TechnicalMeasure => phrase("技术侦查", "Technical investigation"),
            Self::Dropped => phrase("撤销案件", "Case dropped"),
            Self::Prosecution => phrase("移送审查起诉", "Sent to the prosecutor"),
            Self::Extended => phrase("延长办案期限", "More time to decide"),
            Self::Decided => phrase("作出处理决定", "Decision made"),
            Self::PropertyFound => phrase("财物已找到", "Property found"),
            Self::PropertyNotice => phrase("公告认领", "Owner looked for"),
            Self::PropertyReturn => phrase("通知领取财物", "Property can be collected"),
            Self::PropertyReturned => phrase("财物已发还", "Property returned"),
            Self::Closed => phrase("办结", "Case closed"),
        }
    }

    /// What the step means, as one would explain it to a neighbour.
    pub const fn meaning(self) -> Phrase {
        match self {
            Self::Accepted => phrase(
                "公安机关接受了您的报案并登记，会出具受案回执。接下来审查是否立案。",
                "The police have registered your report and give you a receipt. Next they decide whether to file a case.",
            ),
            Self::ReviewExtended => phrase(
                "需要查证线索或案情复杂，审查立案的时间依法延长：查证线索为7日，重大疑难复杂的为30日。",
                "Leads need checking or the matter is complex, so deciding on filing lawfully takes longer: 7 or 30 days.",
            ),
            Self::Filed => phrase(
                "经审查认为需要追究责任，案件正式开始办理。",
                "The police find that somebody is to be held responsible. The case is now being worked on.",
            ),
            Self::NotFiled => phrase(
                "经审查认为没有违法犯罪事实或不需要追究责任。不服可在收到通知书后7日内申请复议。",
                "The police find no offence, or none to be pursued. You can request a review within 7 days of the notice.",
            ),
            Self::Transferred => phrase(
                "案件归其他机关管辖，已经移送，之后由该机关办理并告知。",
                "Another agency is competent. The case was handed over; that agency now works on it and informs you.",
            ),
            Self::Opinion => phrase(
                "用作证据的鉴定意见已经告知。有异议可以申请补充鉴定或者重新鉴定。",
                "An expert opinion is used as evidence. You can ask for it to be completed or made again.",
            ),
            Self::Measure => phrase(
                "对嫌疑人采取了强制措施，依法通知家属。律师可以会见。",
                "A measure was taken against the suspect and the family is told by law. A lawyer may visit.",
            ),
            Self::TechnicalMeasure => phrase("依法不公开。", "Not published, by law."),
            Self::Dropped => phrase(
                "侦查后发现不应追究刑事责任，案件撤销。",
                "The investigation has shown that nobody is to be prosecuted. The case is dropped.",
            ),
            Self::Prosecution => phrase(
                "侦查终结，案件移送检察院决定是否起诉。被害人可以委托诉讼代理人。",
                "The investigation is over. The prosecutor decides whether to charge; a victim may appoint a representative.",
            ),
            Self::Extended => phrase(
                "案情重大、复杂，经批准办案期限延长30日。",
                "The matter is grave or complex. With approval the time to decide is 30 days longer.",
            ),
            Self::Decided => phrase(
                "治安案件已作出处理决定，被侵害人会在2日内收到决定书副本。处罚记录依法封存，这里不显示。",
                "The public-order case is decided; the person harmed gets a copy within 2 days. The penalty is sealed by law and not shown.",
            ),
            Self::PropertyFound => phrase(
                "您的财物已找到，由公安机关登记保管，核对后通知领取。",
                "Your property was found. The police keep it and will tell you when it can be collected.",
            ),
            Self::PropertyNotice => phrase(
                "财物的主人不明，正在公告，六个月内可以认领。",
                "The owner of the property is not known. It can be claimed within six months of the notice.",
            ),
            Self::PropertyReturn => phrase(
                "财物权属明确，已批准发还。请本人带身份证和领取凭证领取；委托他人须有委托书。",
                "The property is yours and its return is approved. Bring your ID card and the slip; a proxy needs a written mandate.",
            ),
            Self::PropertyReturned => phrase(
                "财物已领取，发还清单已签字。",
                "The property was collected and the list signed.",
            ),
            Self::Closed => phrase(
                "公安机关对案件的办理已经结束。",
                "The police have finished their work on the case.",
            ),
        }
    }

    /// The article in which the step stands; 刑 is 公安机关办理刑事案件程序规定, 行 is 公安机关办理行政案件程序规定.
    pub const fn basis(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::Accepted, Kind::Criminal) => "《公安机关办理刑事案件程序规定》第一百七十一条",
            (Self::Accepted, Kind::Administrative) => "《公安机关办理行政案件程序规定》第六十一条",
            (Self::ReviewExtended, _) => "《公安部关于改革完善受案立案制度的意见》第二条",
            (Self::Filed, _) => "《公安机关办理刑事案件程序规定》第一百七十八条",
            (Self::NotFiled, _) => "《公安机关办理刑事案件程序规定》第一百七十八条、第一百七十九条",
            (Self::Transferred, _) => "《公安机关办理刑事案件程序规定》第一百七十五条",
            (Self::Opinion, _) => "《公安机关办理刑事案件程序规定》第二百五十二条",
            (Self::Measure, _) => "《刑事诉讼法》第八十五条、第九十三条",
            (Self::TechnicalMeasure, _) => "《公安机关办理刑事案件程序规定》第二百七十条",
            (Self::Dropped, _) => "《公安机关办理刑事案件程序规定》第一百八十九条",
            (Self::Prosecution, _) | (Self::Closed, Kind::Criminal) => "《公安机关办理刑事案件程序规定》第二百八十九条",
            (Self::Extended, _) | (Self::Closed, Kind::Administrative) => {
                "《公安机关办理行政案件程序规定》第一百六十五条"
            }
            (Self::Decided, _) => "《公安机关办理行政案件程序规定》第一百七十二条",
            (Self::PropertyNotice, _) => "《公安机关办理刑事案件程序规定》第二百三十三条",
            (Self::PropertyFound | Self::PropertyReturn | Self::PropertyReturned, _) => {
                "《公安机关办理刑事案件程序规定》第二百三十四条"
            }
        }
    }
}

impl Field {
    /// What the field is called beside its value.
    pub const fn label(self) -> Phrase {
        match self {
            Self::Date => phrase("日期", "Date"),
            Self::Receipt => phrase("受案回执", "Receipt"),
            Self::Document => phrase("文书编号", "Document"),
            Self::Reason => phrase("理由", "Reason"),
            Self::Agency => phrase("机关", "Agency"),
            Self::Result => phrase("结果", "Result"),
            Self::Until => phrase("延长至", "Until"),
            Self::ItemNo => phrase("物品序号", "Item"),
            Self::Item => phrase("物品", "Property"),
            Self::State => phrase("状态", "State"),
            Self::Place => phrase("地点", "Place"),
            Self::Site => phrase("领取点", "Site"),
            Self::Owner => phrase("物主", "Owner"),
            Self::CollectBy => phrase("领取期限", "Collect by"),
            Self::Photo => phrase("照片", "Photo"),
            Self::Suspect => phrase("嫌疑人", "Suspect"),
            Self::Measure => phrase("措施", "Measure"),
            Self::Opinion => phrase("鉴定意见", "Opinion"),
            Self::Ground => phrase("延长事由", "Ground"),
            Self::ExcludedDays => phrase("不计入的天数", "Days that do not count"),
            Self::ReporterIdentity => phrase("报案人", "Reporter"),
            Self::Technique => phrase("侦查手段", "Technique"),
        }
    }
}

impl PropertyState {
    /// What the state is called.
    pub const fn label(self) -> Phrase {
        match self {
            Self::Missing => phrase("未找到", "Not found yet"),
            Self::Found => phrase("已找到", "Found"),
            Self::Held => phrase("公安机关保管中", "Kept by the police"),
            Self::Announced => phrase("公告认领中", "Owner looked for"),
            Self::Returnable => phrase("可以领取", "Ready to collect"),
            Self::Returned => phrase("已发还", "Returned"),
        }
    }
}

impl MeasureKind {
    /// What the measure is called.
    pub const fn label(self) -> Phrase {
        match self {
            Self::Summoned => phrase("传唤", "Summoned"),
            Self::Detained => phrase("刑事拘留", "Detained"),
            Self::Arrested => phrase("逮捕", "Arrested"),
            Self::Bailed => phrase("取保候审", "On bail"),
            Self::Surveilled => phrase("监视居住", "Residential surveillance"),
            Self::Released => phrase("释放", "Released"),
        }
    }
}

impl Role {
    /// What the role is called.
    pub const fn label(self) -> Phrase {
        match self {
            Self::Reporter => phrase("报案人", "Reporter"),
            Self::Victim => phrase("被害人", "Victim"),
            Self::Family => phrase("嫌疑人家属", "Suspect's family"),
            Self::Lawyer => phrase("辩护律师", "Lawyer"),
            Self::Proxy => phrase("受托人", "Authorised person"),
        }
    }
}

impl DeadlineKind {
    /// What is due.
    pub const fn title(self) -> Phrase {
        match self {
            Self::FilingDecision => phrase("是否立案的决定", "Decision on filing"),
            Self::OrderDecision => phrase("处理决定", "Decision of the case"),
            Self::ReviewRequest => phrase("申请复议", "Request for review"),
            Self::ReviewDecision => phrase("复议决定", "Answer to your request for review"),
            Self::Collection => phrase("领取财物", "Collecting the property"),
            Self::Claim => phrase("认领财物", "Claiming the property"),
        }
    }

    /// What an overrun means, and what one can do.
    pub const fn overrun(self) -> Phrase {
        match self {
            Self::FilingDecision => phrase(
                "已超过立案审查期限。您可以向办案单位询问，或向检察院申请立案监督。",
                "The time to decide has passed. Ask the unit, or ask the prosecutor to supervise the filing.",
            ),
            Self::OrderDecision => phrase(
                "已超过办案期限。办案单位应当向您说明原因，并继续办理。",
                "The time to decide has passed. The unit has to explain why, and goes on with the case.",
            ),
            Self::ReviewRequest => phrase(
                "申请复议的期限已过。您仍可以向检察院申请立案监督。",
                "The time to request a review has passed. You can still ask the prosecutor to supervise the filing.",
            ),
            Self::ReviewDecision => phrase(
                "复议期限已过。您可以向上一级公安机关反映。",
                "The time to answer has passed. You can turn to the next higher police authority.",
            ),
            Self::Collection => phrase(
                "领取期限已过，请尽快联系办案单位。",
                "The time to collect has passed. Contact the unit soon.",
            ),
            Self::Claim => phrase(
                "公告期已满，无人认领的财物上缴国库；之后证明是您的，仍可申请退还。",
                "The notice has ended and unclaimed property goes to the treasury; you can still prove that it is yours.",
            ),
        }
    }

    /// The article that sets it.
    pub const fn basis(self) -> &'static str {
        match self {
            Self::FilingDecision => "《公安部关于改革完善受案立案制度的意见》第二条",
            Self::OrderDecision => "《公安机关办理行政案件程序规定》第一百六十五条",
            Self::ReviewRequest | Self::ReviewDecision => "《公安机关办理刑事案件程序规定》第一百七十九条",
            Self::Collection => "《公安机关办理刑事案件程序规定》第二百三十四条",
            Self::Claim => "《公安机关办理刑事案件程序规定》第二百三十三条",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_and_deadline_is_explained_in_both_languages_with_its_article() {
        let steps = Step::ALL.iter().flat_map(|step| {
            let bases = Kind::ALL.iter().map(|kind| step.basis(*kind));
            assert!(
                bases.clone().all(|basis| basis.contains('《') && basis.ends_with('条')),
                "{step:?}"
            );
            [step.title(), step.meaning()]
        });
        let deadlines = DeadlineKind::ALL.iter().flat_map(|kind| {
            assert!(kind.basis().ends_with('条'), "{kind:?}");
            [kind.title(), kind.overrun()]
        });
        let labels = Field::ALL.iter().map(|field| field.label());
        for phrase in steps.chain(deadlines).chain(labels) {
            assert!(
                !phrase.zh.is_ascii() && phrase.en.is_ascii() && !phrase.en.is_empty(),
                "{phrase:?}"
            );
        }
    }

    #[test]
    fn a_steps_title_fits_a_variable_of_a_text() {
        for step in Step::ALL {
            assert!(crate::notify::rules::Kind::Text.fits(step.title().zh), "{step:?}");
        }
    }
}
