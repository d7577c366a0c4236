//! The inventory of integrations with names.

use super::{Material, app, org, time, user};
use crate::catalogue::Retirement;
use crate::detect::inventory;
use crate::report::model::{Integration, Rows};

pub(super) fn integrations<'a>(material: &'a Material<'_>) -> Rows<'a, Integration> {
    let Some(all) = material.integrations else {
        return Rows::from(Vec::new());
    };
    Rows::made(all.len(), |at| row(material, all.at(at)))
}

fn row(material: &Material<'_>, row: inventory::Integration<'_>) -> Integration {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Integration {
        org: org(material, row.org),
        user: user(material, row.user),
        app: app(material, row.app),
        flow: row.flow.id().to_owned(),
        flow_basis: row.basis.id().to_owned(),
        logins: row.logins,
        failures: row.failures,
        sources: row.sources.len() as u64,
        api_versions: texts(&row.api_versions),
        tls: texts(&row.tls),
        first: time(row.first),
        last: time(row.last),
        period_seconds: row.period_seconds,
        status: row.status.id().to_owned(),
        retires: row.retires.map(Retirement::day),
        retires_precision: row.retires.map(|it| it.precision.id().to_owned()),
        retires_otherwise: row.retires.map_or_else(Vec::new, Retirement::others),
    }
}
