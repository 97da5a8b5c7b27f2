//! What a machine of a hall may do, and what it may do as well as staff.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use shared::{
    identity::{devices::DeviceKind, rules::StaffRole},
    ids::{DeviceId, HallId, SessionId},
    problem,
};

use super::{
    authenticate::{Signed, extracted_by, signed},
    entity,
    offices::{Clerk, HallStaff, hall_staff},
    sessions::SubjectKind,
};
use crate::{platform::idempotency::Actor, problem::Failure};

/// A device that is paired.
#[derive(Clone, Debug)]
pub struct Device {
    /// The device.
    pub id: DeviceId,
    /// The session.
    pub session: SessionId,
    /// Its hall.
    pub hall: HallId,
    /// What it is there for.
    pub kind: DeviceKind,
}

impl Device {
    /// The device of a row; nothing when its kind is not known to this version.
    pub(super) fn from_row(row: &entity::device::Model, session: SessionId) -> Option<Self> {
        Some(Self {
            id: row.id.into(),
            session,
            hall: row.hall_id.into(),
            kind: row.kind.parse().ok()?,
        })
    }

    /// The device as the one who acts.
    pub const fn actor(&self) -> Actor {
        Actor {
            kind: SubjectKind::Device.as_str(),
            id: self.id.0,
        }
    }
}

/// The ticket machine of a hall.
#[derive(Clone, Debug)]
pub struct Kiosk {
    /// The device.
    pub device: DeviceId,
    /// Its hall.
    pub hall: HallId,
}

impl Kiosk {
    /// The kiosk as the one who acts.
    pub const fn actor(&self) -> Actor {
        Actor {
            kind: SubjectKind::Device.as_str(),
            id: self.device.0,
        }
    }
}

/// A self-service locker of a hall.
#[derive(Clone, Debug)]
pub struct Locker {
    /// The device.
    pub device: DeviceId,
    /// Its hall.
    pub hall: HallId,
}

impl Locker {
    /// The locker as the one who acts.
    pub const fn actor(&self) -> Actor {
        Actor {
            kind: SubjectKind::Device.as_str(),
            id: self.device.0,
        }
    }
}

/// Whoever redeems slips.
#[derive(Clone, Debug)]
pub enum Redeemer {
    /// A clerk or the manager.
    Staff(HallStaff),
    /// A locker.
    Locker(Locker),
}

impl Redeemer {
    /// The hall where they do.
    pub const fn hall(&self) -> HallId {
        match self {
            Self::Staff(staff) => staff.hall,
            Self::Locker(locker) => locker.hall,
        }
    }

    /// The one who acts.
    pub const fn actor(&self) -> Actor {
        match self {
            Self::Staff(staff) => staff.actor(),
            Self::Locker(locker) => locker.actor(),
        }
    }
}

/// Whoever may see what a hall's screen shows: the screen itself, and those who work in the hall.
#[derive(Clone, Debug)]
pub struct HallScreen {
    /// The session, by which a stream finds out that it has ended.
    pub session: SessionId,
    /// The hall.
    pub hall: HallId,
}

/// Whoever issues tickets to those who came without an appointment.
#[derive(Clone, Debug)]
pub enum TicketDesk {
    /// A clerk.
    Clerk(Clerk),
    /// A ticket machine.
    Kiosk(Kiosk),
}

impl TicketDesk {
    /// The hall of the desk.
    pub const fn hall(&self) -> HallId {
        match self {
            Self::Clerk(clerk) => clerk.hall,
            Self::Kiosk(kiosk) => kiosk.hall,
        }
    }
}

fn device_of(signed: &Signed, kind: DeviceKind) -> Option<&Device> {
    signed.device.as_ref().filter(|device| device.kind == kind)
}

/// The device. Whoever else is signed in in this browser, a device that is not has to be paired or its session renewed.
fn paired(signed: &Signed) -> Result<&Device, Failure> {
    signed
        .device
        .as_ref()
        .ok_or_else(|| Failure::from(&problem::UNAUTHENTICATED))
}

fn kiosk(signed: &Signed) -> Option<Kiosk> {
    device_of(signed, DeviceKind::Kiosk).map(|device| Kiosk {
        device: device.id,
        hall: device.hall,
    })
}

fn screen(signed: &Signed) -> Option<HallScreen> {
    let device = device_of(signed, DeviceKind::Board).map(|device| HallScreen {
        session: device.session,
        hall: device.hall,
    });
    let staff = || {
        let staff = signed.staff.as_ref()?;
        let works_there = matches!(staff.role, StaffRole::Clerk | StaffRole::Manager);
        Some(HallScreen {
            session: staff.session,
            hall: staff.hall.filter(|_| works_there)?,
        })
    };
    device.or_else(staff)
}

fn locker(signed: &Signed) -> Option<Locker> {
    device_of(signed, DeviceKind::Locker).map(|device| Locker {
        device: device.id,
        hall: device.hall,
    })
}

fn clerk(signed: &Signed) -> Option<Clerk> {
    let staff = signed.staff.as_ref().filter(|staff| staff.role == StaffRole::Clerk)?;
    Some(Clerk {
        staff: staff.id,
        hall: staff.hall?,
    })
}

extracted_by! {
    Device: |request| paired(&*signed(request)?).cloned();
    Kiosk: |request| {
        let signed = signed(request)?;
        paired(&signed)?;
        kiosk(&signed).ok_or_else(|| signed.refusal())
    };
    HallScreen: |request| {
        let signed = signed(request)?;
        screen(&signed).ok_or_else(|| signed.refusal())
    };
    TicketDesk: |request| {
        let signed = signed(request)?;
        // In a browser that holds both, the machine's page acts for the machine.
        let desk = kiosk(&signed).map(Self::Kiosk);
        desk.or_else(|| clerk(&signed).map(Self::Clerk)).ok_or_else(|| signed.refusal())
    };
    Redeemer: |request| {
        let signed = signed(request)?;
        let locker = locker(&signed).map(Self::Locker);
        let staff = || signed.staff.as_ref().and_then(hall_staff).map(Self::Staff);
        locker.or_else(staff).ok_or_else(|| signed.refusal())
    };
}
