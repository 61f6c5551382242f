//! Styles as QGIS reads them: QML, the format of its own style files (from QGIS 3.22).
//!
//! Names of services and levels come from someone's data: they are written as XML text and as text in expressions, so
//! that they can be nothing else.

use std::fmt::Write;

use super::Style;

/// What is drawn where.
pub(super) struct Rule {
    /// What the rule is about; empty for one that only says how to read the map.
    pub(super) key: &'static str,
    /// The line of the legend.
    pub(super) label: String,
    /// An expression over the columns.
    pub(super) filter: String,
    pub(super) symbol: Symbol,
}

/// How a feature looks.
#[derive(Clone, Copy)]
pub(super) enum Symbol {
    /// A filled polygon with a fine white border.
    Fill { colour: &'static str },
    /// A border, drawn through.
    Outline,
    /// A dashed border around thin hatching.
    Hatch,
    /// A mark at a point; its size is in millimetres.
    Marker { shape: &'static str, fill: &'static str, outline: &'static str, size: f64 },
    /// Nothing.
    Nothing,
}

/// A column in an expression.
pub(super) fn field(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in an expression.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// Text in XML; characters that XML cannot hold are left out.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            letter => escaped.extend(crate::model::shown(letter).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))),
        }
    }
    escaped
}

impl Style {
    /// The style file.
    pub(crate) fn qml(&self) -> String {
        let mut to = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut to);
        to
    }

    fn write(&self, to: &mut String) -> std::fmt::Result {
        let labels = u8::from(self.label.is_some());
        writeln!(to, "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>")?;
        writeln!(
            to,
            "<qgis version=\"3.22\" styleCategories=\"Symbology|Labeling|Fields\" labelsEnabled=\"{labels}\">"
        )?;
        let ordered = u8::from(!self.order.is_empty());
        writeln!(
            to,
            " <renderer-v2 type=\"RuleRenderer\" symbollevels=\"0\" forceraster=\"0\" enableorderby=\"{ordered}\">"
        )?;
        writeln!(to, "  <rules key=\"root\">")?;
        for (n, rule) in self.rules.iter().enumerate() {
            let (label, filter) = (xml(&rule.label), xml(&rule.filter));
            writeln!(to, "   <rule key=\"rule-{n}\" symbol=\"{n}\" label=\"{label}\" filter=\"{filter}\"/>")?;
        }
        writeln!(to, "  </rules>\n  <symbols>")?;
        for (n, rule) in self.rules.iter().enumerate() {
            rule.symbol.write(n, to)?;
        }
        writeln!(to, "  </symbols>")?;
        if ordered == 1 {
            writeln!(to, "  <orderby>")?;
            for clause in &self.order {
                writeln!(to, "   <orderByClause asc=\"1\" nullsFirst=\"1\">{}</orderByClause>", xml(clause))?;
            }
            writeln!(to, "  </orderby>")?;
        }
        writeln!(to, " </renderer-v2>")?;
        if let Some(label) = self.label {
            write_labels(label, to)?;
        }
        writeln!(to, " <aliases>")?;
        for (index, (column, alias)) in self.aliases.iter().enumerate() {
            writeln!(to, "  <alias index=\"{index}\" field=\"{}\" name=\"{}\"/>", xml(column), xml(alias))?;
        }
        writeln!(to, " </aliases>\n</qgis>")
    }
}

fn write_labels(column: &str, to: &mut String) -> std::fmt::Result {
    writeln!(to, " <labeling type=\"simple\">\n  <settings>")?;
    writeln!(
        to,
        "   <text-style fieldName=\"{}\" isExpression=\"0\" fontSize=\"8\" fontSizeUnit=\"Point\" textColor=\"30,30,30,255\" textOpacity=\"1\">",
        xml(column)
    )?;
    writeln!(
        to,
        "    <text-buffer bufferDraw=\"1\" bufferSize=\"0.8\" bufferSizeUnits=\"MM\" bufferColor=\"255,255,255,255\" bufferOpacity=\"1\"/>"
    )?;
    writeln!(to, "   </text-style>\n   <rendering drawLabels=\"1\" obstacle=\"1\"/>\n  </settings>\n </labeling>")
}

impl Symbol {
    fn write(self, name: usize, to: &mut String) -> std::fmt::Result {
        let kind = if matches!(self, Self::Marker { .. }) { "marker" } else { "fill" };
        writeln!(to, "   <symbol type=\"{kind}\" name=\"{name}\" alpha=\"1\" clip_to_extent=\"1\">")?;
        match self {
            Self::Fill { colour } => layer(
                to,
                "SimpleFill",
                &[
                    ("color", &rgba(colour)),
                    ("style", "solid"),
                    ("outline_color", "255,255,255,255"),
                    ("outline_style", "solid"),
                    ("outline_width", "0.1"),
                ],
            )?,
            Self::Outline => layer(to, "SimpleFill", &border("solid"))?,
            Self::Hatch => {
                writeln!(to, "    <layer class=\"LinePatternFill\" enabled=\"1\" locked=\"0\" pass=\"0\">")?;
                options(to, &[("angle", "45"), ("distance", "2"), ("distance_unit", "MM"), ("line_width", "0.1")])?;
                writeln!(to, "     <symbol type=\"line\" name=\"@{name}@0\" alpha=\"1\" clip_to_extent=\"1\">")?;
                layer(
                    to,
                    "SimpleLine",
                    &[("line_color", "60,60,60,160"), ("line_width", "0.1"), ("line_width_unit", "MM")],
                )?;
                writeln!(to, "     </symbol>\n    </layer>")?;
                layer(to, "SimpleFill", &border("dash"))?;
            }
            Self::Marker { shape, fill, outline, size } => layer(
                to,
                "SimpleMarker",
                &[
                    ("name", shape),
                    ("color", &rgba(fill)),
                    ("outline_color", &rgba(outline)),
                    ("outline_style", "solid"),
                    ("outline_width", "0.35"),
                    ("outline_width_unit", "MM"),
                    ("size", &size.to_string()),
                    ("size_unit", "MM"),
                ],
            )?,
            Self::Nothing => layer(to, "SimpleFill", &[("style", "no"), ("outline_style", "no")])?,
        }
        writeln!(to, "   </symbol>")
    }
}

/// A border without a filling.
fn border(style: &str) -> [(&'static str, &str); 5] {
    [
        ("style", "no"),
        ("outline_color", "50,50,50,255"),
        ("outline_style", style),
        ("outline_width", "0.25"),
        ("outline_width_unit", "MM"),
    ]
}

fn layer(to: &mut String, class: &str, values: &[(&str, &str)]) -> std::fmt::Result {
    writeln!(to, "    <layer class=\"{class}\" enabled=\"1\" locked=\"0\" pass=\"0\">")?;
    options(to, values)?;
    writeln!(to, "    </layer>")
}

/// As QGIS writes them, and as it did before 3.26.
fn options(to: &mut String, values: &[(&str, &str)]) -> std::fmt::Result {
    writeln!(to, "     <Option type=\"Map\">")?;
    for (name, value) in values {
        writeln!(to, "      <Option type=\"QString\" name=\"{name}\" value=\"{value}\"/>")?;
    }
    writeln!(to, "     </Option>")
}

/// `#rrggbb` as `r,g,b,a`.
fn rgba(colour: &str) -> String {
    let part = |at: usize| colour.get(at..at + 2).and_then(|part| u8::from_str_radix(part, 16).ok()).unwrap_or(0);
    format!("{},{},{},255", part(1), part(3), part(5))
}
