//! Map layers as GeoJSON, with the name of the study and what it rests on.

use std::io::{self, Write};

use super::layers::Assessment;
use crate::model::Proxy;
use crate::write::{Layer, geojson};

/// A layer, with the name of the study and what it rests on.
pub(crate) fn layer(of: &Assessment<'_>, layer: &Layer<'_>, to: &mut dyn Write) -> io::Result<()> {
    let head = serde_json::json!({
        "name": layer.name,
        "study": of.world.name,
        "illustrative": of.findings.illustrative,
        "estimated": !of.findings.estimated.is_empty(),
        "proxy": of.world.people.proxy.map(Proxy::key),
    });
    geojson::write(layer, head.as_object().expect("it is an object"), to)
}

#[cfg(test)]
mod tests;
