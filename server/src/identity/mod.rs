//! Identity (身份): signing in, sessions, and who may do what.
//!
//! Authority stands in the signature of a handler: [`Resident`], [`IdentifiedResident`] and [`Staff`] with a role are extractors that exist
//! only for a request that has the right. The middleware [`authenticate()`] looks at the tokens once; the extractors only read what it found.

mod account_changes;
mod account_news;
mod accounts;
mod activity;
mod authenticate;
mod begin_account;
mod bind_identity;
mod change_phone;
mod consents;
mod cookies;
pub mod demo;
mod device;
mod devices;
mod entity;
mod family;
mod holders;
mod me;
mod my_sessions;
mod names;
mod offices;
mod origin;
mod passkeys;
mod passwords;
mod proofs;
mod refresh;
mod representatives;
mod request_code;
mod sessions;
mod sign_in;
mod sign_out;
mod staff_sign_in;
mod store;
mod token;
mod vouched;
mod wechat;

use std::sync::Arc;

pub use self::{
    account_news::{AccountNews, AccountTexts},
    accounts::make::{Maker, create as create_account},
    authenticate::{IdentifiedResident, Resident, Signed, Staff, authenticate},
    device::{HallScreen, Kiosk, Locker, Redeemer, TicketDesk},
    devices::{device_names, is_locker_of},
    names::{persons_names, residents_names, staff_names},
    offices::{Auditor, CaseOfficer, Clerk, Director, Finance, HallStaff, SystemAdmin},
    origin::refuse_foreign_origins,
    proofs::{take as take_proof, take_in as take_proof_in},
    request_code::CodeTexts,
    sessions::Sessions,
    staff_sign_in::{CodeVerdict, confirm_code},
    store::{
        Person, PersonFacts, anonymise, ended_staff, find_or_add_person, id_number_index, id_number_indexes, is_staff,
        lock_persons, may_act_for, person, person_of_phone, person_with, phone_of, resident_of_phone, residents_of,
    },
    vouched::vouched_person,
    wechat::{WechatContact, has_wechat, wechat_contacts},
};
use crate::platform::Platform;

/// Mounts the paths of identity.
pub fn routes(config: &mut impl crate::mount::Mount) {
    config
        .service(request_code::request_code)
        .service(sign_in::sign_in)
        .service(wechat::ask::ask_wechat)
        .service(wechat::sign_in::sign_in_by_wechat)
        .service(wechat::mine::my_wechat)
        .service(wechat::mine::change_wechat)
        .service(wechat::mine::unlink_wechat)
        .service(passkeys::begin::ask_passkey)
        .service(passkeys::sign_in::sign_in_by_passkey)
        .service(passkeys::mine::list_passkeys)
        .service(passkeys::mine::rename_passkey)
        .service(passkeys::mine::remove_passkey)
        .service(passkeys::register::offer_passkey)
        .service(passkeys::register::add_passkey)
        .service(proofs::ask_proof)
        .service(proofs::prove)
        .service(refresh::refresh)
        .service(sign_out::sign_out)
        .service(staff_sign_in::staff_sign_in)
        .service(begin_account::enrol)
        .service(begin_account::change_password)
        .service(accounts::list::list_accounts)
        .service(accounts::make::make_account)
        .service(accounts::approve::approve_account)
        .service(accounts::reset::reset_account)
        .service(accounts::end::end_account)
        .service(me::me)
        .service(account_changes::list_changes)
        .service(my_sessions::list_sessions)
        .service(my_sessions::end_other_sessions)
        .service(my_sessions::end_session)
        .service(change_phone::change_phone)
        .service(change_phone::rebind_phone)
        .service(consents::list_consents)
        .service(consents::give_consent)
        .service(consents::withdraw_consent)
        .service(representatives::list_representatives)
        .service(representatives::remove_representative)
        .service(bind_identity::bind_identity)
        .service(family::list_family)
        .service(family::add_family)
        .service(family::remove_family)
        .service(devices::register_device)
        .service(devices::list_devices)
        .service(devices::list_lockers)
        .service(devices::revoke_device)
        .service(devices::pair_device)
        .service(devices::current_device);
}

/// What the slice keeps in memory; built once for a server.
pub fn sessions(platform: &Platform) -> anyhow::Result<Arc<Sessions>> {
    Sessions::new(platform).map(Arc::new)
}
