//! What the candidates that a plan makes itself are called, in the language of the outputs. Their codes are the same in both.

use std::sync::Arc;

use crate::model::{FacilityRow, Lang};
use crate::rules::Pack;

/// The words of packs in one language.
pub(super) struct Names<'a> {
    pub(super) packs: &'a [Arc<Pack>],
    pub(super) lang: Lang,
}

impl Names<'_> {
    /// A facility that opens in an area or estate of this name, where it is the `n`th of its service.
    pub(super) fn opened(&self, service: &str, place: &str, n: usize) -> String {
        let service = self.service(service);
        self.lang.pick(format!("{place} {service}{}", nth(n)), format!("{place}新建{service}{}", nth(n).trim_start()))
    }

    /// The edit that opens it, by the code and name of the place.
    pub(super) fn opening(&self, service: &str, (code, name): (&String, &String), n: usize) -> String {
        let service = self.service(service);
        let text = format!("{code} {name}{}", nth(n));
        self.lang.pick(format!("open {service} {text}"), format!("新建{service} {text}"))
    }

    /// The edit that gives a facility these attributes.
    pub(super) fn change(&self, service: &str, facility: &FacilityRow, attributes: &[&str]) -> String {
        let (service, of) = (self.service(service), format!("{} {}", facility.code, facility.name));
        let attributes: Vec<&str> = attributes.iter().map(|key| self.attribute(key)).collect();
        self.lang.pick(
            format!("change {service} {of}: {}", attributes.join(", ")),
            format!("调整{service} {of}：{}", attributes.join("、")),
        )
    }

    /// By the first pack that says it.
    fn service<'k>(&'k self, key: &'k str) -> &'k str {
        let label = self.packs.iter().find_map(|pack| pack.services.get(key));
        label.map_or(key, |label| self.lang.pick(&label.en, &label.zh))
    }

    /// Likewise, without what explains it.
    fn attribute<'k>(&'k self, key: &'k str) -> &'k str {
        let label = self.packs.iter().find_map(|pack| pack.attributes.get(key));
        let label = label.map_or(key, |label| label.get(self.lang));
        label.split(['（', '(']).next().map_or(label, str::trim_end)
    }
}

/// The first has no number.
fn nth(n: usize) -> String {
    if n == 1 { String::new() } else { format!(" {n}") }
}
