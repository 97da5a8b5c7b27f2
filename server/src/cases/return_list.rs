//! The signed list of returned property (发还清单): filed with the case when something is collected, and read by the owner and by case officers.

use std::collections::HashMap;

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, Path},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::json;
use shared::{
    cases::wire::PropertyItem,
    ids::{CaseId, EnquiryId, PersonId, ReturnListId},
    problem,
    time::{Instant, local},
};
use uuid::Uuid;

use super::{
    entity::{case, enquiry, return_list},
    handover::{approvals, source},
    store::Opened,
};
use crate::{
    identity::{self, CaseOfficer, IdentifiedResident},
    platform::{
        Platform,
        audit::{self, Deed},
        keys::Field,
        pdf::Sheet,
    },
    problem::Failure,
    slips::{self, Collected},
};

/// The sealed document, in base64.
const DOCUMENT: Field = Field::new("case_return_lists", "document");
/// For how long a look-up is a reason to read what is filed with the case.
const READ_WITHIN: chrono::TimeDelta = chrono::TimeDelta::minutes(30);

/// Writes the list and files it with the case.
pub async fn file(
    db: &DatabaseTransaction,
    platform: &Platform,
    case: &case::Model,
    item_no: &str,
    item: &str,
    collected: &Collected,
) -> Result<ReturnListId, Failure> {
    let id = Uuid::now_v7();
    let owner = identity::person(db, platform, collected.person)
        .await?
        .ok_or_else(|| anyhow::anyhow!("returned property has no owner"))?;
    let staff = identity::staff_names(db, [collected.staff.0]).await?;
    let staff = staff.get(&collected.staff.0).cloned().unwrap_or_default();

    let mut sheet = Sheet::new()?;
    sheet.title("发还清单");
    sheet.gap();
    sheet.fact("案件编号", &case.case_no);
    sheet.fact("办案单位", &case.agency);
    sheet.fact("清单编号", &id.simple().to_string());
    sheet.gap();
    sheet.fact("物品序号", item_no);
    sheet.fact("物品名称", item);
    sheet.fact("数量", "1");
    sheet.gap();
    sheet.fact("物主", owner.name.expose());
    sheet.fact("身份证号码", &owner.id_number.masked());
    if let Some(proxy) = &collected.proxy {
        sheet.fact("受托人", proxy.expose());
    }
    sheet.fact(
        "发还时间",
        &local(collected.at).format("%Y年%-m月%-d日 %H:%M").to_string(),
    );
    sheet.fact("发还地点", &collected.site);
    sheet.fact("经办人", &staff);
    sheet.gap();
    sheet.line("以上财物已核对无误，领取人签名：");
    if let Some(signature) = &collected.signature {
        sheet.drawing(signature.clone());
    }
    sheet.gap();
    sheet.line("依据：《公安机关办理刑事案件程序规定》第二百三十四条");
    let document = BASE64_STANDARD.encode(sheet.finish()?);

    return_list::Entity::insert(return_list::ActiveModel {
        id: Set(id),
        case_id: Set(case.id),
        item_no: Set(item_no.to_owned()),
        slip_id: Set(collected.slip.0),
        person_id: Set(collected.person.0),
        document: Set(platform.keys.seal(DOCUMENT, id, &document)?),
        filed_at: Set(collected.at),
    })
    .exec_without_returning(db)
    .await?;
    Ok(id.into())
}

/// Ties the items of a case to the reader's own slips and signed lists.
pub async fn tie(
    db: &impl ConnectionTrait,
    opened: &Opened,
    person: PersonId,
    items: &mut [PropertyItem],
) -> Result<(), Failure> {
    let approvals = approvals(opened);
    if approvals.is_empty() {
        return Ok(());
    }
    let sources: Vec<String> = approvals.values().copied().map(source).collect();
    let slips = slips::slips_for(db, person, &sources).await?;
    let lists = return_list::Entity::find()
        .filter(return_list::Column::CaseId.eq(opened.row.id))
        .filter(return_list::Column::PersonId.eq(person.0))
        .all(db)
        .await?;
    let lists: HashMap<&str, Uuid> = lists.iter().map(|list| (list.item_no.as_str(), list.id)).collect();
    for item in items {
        let approval = approvals.get(item.item_no.as_str()).copied();
        item.slip_id = approval.and_then(|approval| slips.get(&source(approval)).copied());
        item.return_list_id = lists.get(item.item_no.as_str()).copied().map(Into::into);
    }
    Ok(())
}

/// The numbers of the lists that are filed with a case.
pub async fn filed_with(db: &impl ConnectionTrait, case: Uuid) -> Result<Vec<ReturnListId>, DbErr> {
    let rows = return_list::Entity::find()
        .filter(return_list::Column::CaseId.eq(case))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.id.into()).collect())
}

fn shown(platform: &Platform, row: &return_list::Model) -> Result<HttpResponse, Failure> {
    let document = platform.keys.open(DOCUMENT, row.id, &row.document)?;
    let document = BASE64_STANDARD.decode(document).map_err(anyhow::Error::from)?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_DISPOSITION, "inline; filename=\"return-list.pdf\""))
        .body(document))
}

/// The signed list of what the resident was given back, as it was filed.
#[utoipa::path(
    tag = "cases",
    security(("resident" = [])),
    params(
        ("id" = CaseId, Path, description = "The case."),
        ("list" = ReturnListId, Path, description = "The list."),
    ),
    responses((status = 200, content_type = "application/pdf", description = "The list."), crate::problem::Refusals),
)]
#[get("/cases/{id}/return-lists/{list}.pdf")]
pub async fn own_return_list(
    resident: IdentifiedResident,
    platform: Data<Platform>,
    path: Path<(CaseId, ReturnListId)>,
) -> Result<HttpResponse, Failure> {
    let (case, list) = path.into_inner();
    let db = platform.db.reader();
    let not_found = || Failure::from(&problem::NOT_FOUND);
    // A sealed case is read by nobody.
    let is_sealed = case::Entity::find_by_id(case.0)
        .one(db)
        .await?
        .is_none_or(|row| row.sealed);
    if is_sealed {
        return Err(not_found());
    }
    let row = return_list::Entity::find_by_id(list.0)
        .filter(return_list::Column::CaseId.eq(case.0))
        .filter(return_list::Column::PersonId.eq(resident.person.id.0))
        .one(db)
        .await?
        .ok_or_else(not_found)?;
    shown(&platform, &row)
}

/// A list that is filed with a case, for the officer who looked the case up in the last half-hour: the reason of the look-up is the reason here.
#[utoipa::path(
    tag = "cases",
    security(("case-officer" = [])),
    params(
        ("id" = EnquiryId, Path, description = "The look-up."),
        ("list" = ReturnListId, Path, description = "The list."),
    ),
    responses((status = 200, content_type = "application/pdf", description = "The list."), crate::problem::Refusals),
)]
#[get("/case-enquiries/{id}/return-lists/{list}.pdf")]
pub async fn filed_return_list(
    officer: CaseOfficer,
    platform: Data<Platform>,
    path: Path<(EnquiryId, ReturnListId)>,
) -> Result<HttpResponse, Failure> {
    let (look, list) = path.into_inner();
    let now: Instant = platform.clock.now();
    let transaction = platform.db.begin().await?;
    let look = enquiry::Entity::find_by_id(look.0)
        .filter(enquiry::Column::StaffId.eq(officer.staff.0))
        .filter(enquiry::Column::At.gt(now - READ_WITHIN))
        .one(&transaction)
        .await?;
    let case = look.as_ref().and_then(|look| look.case_id);
    let row = match case {
        None => None,
        Some(case) => {
            return_list::Entity::find_by_id(list.0)
                .filter(return_list::Column::CaseId.eq(case))
                .one(&transaction)
                .await?
        }
    };
    let (Some(look), Some(row)) = (look, row) else {
        return Err(Failure::from(&problem::NOT_FOUND));
    };
    let deed = Deed {
        actor: Some(officer.actor()),
        action: "case.read-return-list",
        subject_kind: "case",
        subject_id: Some(row.case_id),
        reason: Some(&look.reason),
        detail: json!({"enquiry": look.id, "list": row.id}),
    };
    audit::record(&transaction, now, deed).await?;
    transaction.commit().await?;
    shown(&platform, &row)
}
