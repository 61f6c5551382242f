//! The head of `findings.json`: the study, its inputs, the packs and their parameters.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::finding::FindingJson;
use crate::assess::Findings;
use crate::model::{CrsFrom, Layer, Proxy, Text, World};
use crate::units::CostUnit;

/// What an assessment found, and what it rests on.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Document<'a> {
    /// `evenreach.findings/1`.
    #[schemars(extend("const" = super::FORMAT))]
    format: &'static str,
    /// The program that wrote this.
    tool: Tool,
    /// What the study is called.
    study: &'a Text,
    /// The day on which the promises are judged, as `YYYY-MM-DD`.
    reference_date: String,
    /// Whether any input was made up to show how the tool works: then nothing here describes a real place.
    illustrative: bool,
    /// Whether any boundary was drawn by a rule: around seat points, or at the border of an extract.
    estimated: bool,
    /// What is counted in place of people, if it is not people: `dwelling-floor`, in square metres. Then no number here is
    /// one of persons.
    proxy: Option<&'static str>,
    /// The levels of areas with such boundaries.
    estimated_levels: Vec<&'a str>,
    /// What it costs to get to facilities, and where that is from.
    travel: Travel<'a>,
    /// The files of the study.
    inputs: Vec<Input<'a>>,
    /// The policy documents as rule packs.
    packs: Vec<PackJson<'a>>,
    /// Every parameter of every check, as the pack writes it.
    parameters: Vec<Parameter<'a>>,
    /// What was wrong with the inputs and did not stop the run.
    problems: &'a [serde_json::Value],
    /// One an obligation, in the order of the packs.
    #[schemars(with = "Vec<FindingJson>")]
    findings: List<'a>,
}

#[derive(Serialize, JsonSchema)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(in crate::report) struct Travel<'a> {
    /// `straight-line`, or `table`: that of the study.
    source: &'static str,
    /// What all costs are counted in: `metres` or `minutes`.
    unit: &'static str,
    /// The file of the table.
    file: Option<&'a str>,
}

impl<'a> Travel<'a> {
    pub(in crate::report) fn of(world: &'a World) -> Self {
        let unit = match world.cost_unit() {
            CostUnit::Metres => "metres",
            CostUnit::Minutes => "minutes",
        };
        let file = world.costs.as_ref().map(|table| world.sources[table.source].file.as_str());
        Self { source: if file.is_some() { "table" } else { "straight-line" }, unit, file }
    }
}

#[derive(Serialize, JsonSchema)]
struct Input<'a> {
    /// The path as the study names it.
    file: &'a str,
    /// What it was read as.
    layer: &'static str,
    /// Rows or features read.
    rows: usize,
    /// Of its bytes, in hexadecimal.
    sha256: &'a str,
    /// Files beside it that were read with it, such as the `.dbf` of a shapefile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sidecars: Vec<Sidecar<'a>>,
    /// The coordinate system of its coordinates; empty where nobody states one, as for a file that has none.
    crs: &'a str,
    /// Who states it: `layer` or `study` (the study, for this layer or for all files), `file` or `format`.
    #[serde(rename = "crs-from")]
    crs_from: Option<&'static str>,
    /// Made up to show how the tool works.
    illustrative: bool,
    /// For people: what it counts in their place, if it is not people.
    proxy: Option<&'static str>,
}

#[derive(Serialize, JsonSchema)]
struct Sidecar<'a> {
    /// The path, as the study would name it.
    file: &'a str,
    /// Of its bytes, in hexadecimal.
    sha256: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct PackJson<'a> {
    /// The key of the document, by which findings name it.
    id: &'a str,
    /// What the document is called.
    title: &'a Text,
    /// Who issued it.
    issuer: &'a Text,
    /// The year it was issued.
    year: i16,
    /// What a reader should know about the text.
    remark: Option<&'a Text>,
    /// The pack's path; empty if it was not read from a file.
    file: &'a str,
    /// Of the pack's bytes, in hexadecimal; empty if it was not read from a file.
    sha256: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct Parameter<'a> {
    /// The id of the pack.
    pack: &'a str,
    /// The id of the obligation.
    obligation: &'a str,
    /// The key in the check.
    key: &'a str,
    /// As the pack writes it.
    value: serde_json::Value,
    /// Where it is from, if the document does not give it.
    source: Option<&'a Text>,
}

/// Findings that are turned into JSON one by one, as they are written.
struct List<'a> {
    findings: &'a Findings,
    world: &'a World,
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = |assessed| FindingJson::new(self.findings, assessed, self.world);
        serializer.collect_seq(self.findings.findings.iter().map(json))
    }
}

impl<'a> Document<'a> {
    pub(super) fn new(findings: &'a Findings, world: &'a World, problems: &'a [serde_json::Value]) -> Self {
        let levels = world.areas.levels();
        let inputs = world.sources.values().iter().map(|source| Input {
            file: &source.file,
            layer: layer(source.layer),
            rows: source.rows,
            sha256: &source.sha256,
            sidecars: source.sidecars.iter().map(|(file, sha256)| Sidecar { file, sha256 }).collect(),
            crs: &source.crs,
            crs_from: source.crs_from.map(|from| match from {
                CrsFrom::Layer => "layer",
                CrsFrom::File => "file",
                CrsFrom::Study => "study",
                CrsFrom::Format => "format",
            }),
            illustrative: source.illustrative,
            proxy: source.proxy.map(Proxy::key),
        });
        let packs = findings.packs.iter().map(|pack| PackJson {
            id: &pack.document.id,
            title: &pack.document.title,
            issuer: &pack.document.issuer,
            year: pack.document.year,
            remark: pack.document.remark.as_ref(),
            file: &pack.origin.file,
            sha256: &pack.origin.sha256,
        });
        Self {
            format: super::FORMAT,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            study: &world.name,
            reference_date: world.reference_date.to_string(),
            illustrative: findings.illustrative,
            estimated: !findings.estimated.is_empty(),
            proxy: world.people.proxy.map(Proxy::key),
            estimated_levels: findings.estimated.iter().map(|&level| levels[level].key.as_str()).collect(),
            travel: Travel::of(world),
            inputs: inputs.collect(),
            packs: packs.collect(),
            parameters: parameters(findings),
            problems,
            findings: List { findings, world },
        }
    }
}

fn parameters(findings: &Findings) -> Vec<Parameter<'_>> {
    let of = |assessed| {
        let (pack, obligation) = (findings.pack(assessed), findings.obligation(assessed));
        let written = pack.parameters(assessed.obligation).into_iter().flatten();
        written.map(move |(key, value)| Parameter {
            pack: &pack.document.id,
            obligation: obligation.id.get_ref(),
            key,
            value: json(value),
            source: obligation.source.iter().find(|(of, _)| of.get_ref() == key).map(|(_, source)| source),
        })
    };
    findings.findings.iter().flat_map(of).collect()
}

fn json(value: &toml::Value) -> serde_json::Value {
    match value {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(flag) => (*flag).into(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(values) => values.iter().map(json).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
    }
}

fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::Study => "study",
        Layer::Areas => "areas",
        Layer::Outline => "outline",
        Layer::People => "people",
        Layer::Facilities => "facilities",
        Layer::Series => "series",
        Layer::Estates => "estates",
        Layer::Tags => "tags",
        Layer::Travel => "travel",
    }
}
