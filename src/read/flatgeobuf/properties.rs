//! The attributes of a feature: numbers of columns, each with its value.

use flatgeobuf::{Column, ColumnType};

use crate::read::rows::Rows;

/// The columns of a schema: what each holds, and where it goes.
pub(super) struct Properties(Vec<(ColumnType, usize)>);

impl Properties {
    /// The columns that a header or a feature lists.
    pub(super) fn new<'a>(columns: Option<impl IntoIterator<Item = Column<'a>>>, rows: &mut Rows) -> Self {
        let column = |column: Column<'a>| (column.type_(), rows.column(column.name()));
        Self(columns.into_iter().flatten().map(column).collect())
    }

    /// Sets the cells of a feature; `None` where its bytes are not what they should be.
    pub(super) fn read(&self, bytes: &[u8], rows: &mut Rows) -> Option<()> {
        let mut rest = Rest(bytes);
        while !rest.0.is_empty() {
            let (kind, column) = *self.0.get(usize::from(u16::from_le_bytes(rest.fixed()?)))?;
            match kind {
                ColumnType::String | ColumnType::Json => rows.set(column, std::str::from_utf8(rest.sized()?).ok()?),
                ColumnType::DateTime => {
                    let time = std::str::from_utf8(rest.sized()?).ok()?;
                    // The format has no days: they are written as the midnight with which they begin.
                    rows.set(column, time.strip_suffix("T00:00:00").unwrap_or(time));
                }
                // Bytes are no cell of a table.
                ColumnType::Binary => {
                    rest.sized()?;
                }
                ColumnType::Bool => rows.set(column, if rest.fixed::<1>()? == [0] { "false" } else { "true" }),
                _ => rows.set(column, &rest.number(kind)?),
            }
        }
        Some(())
    }
}

/// What is left of the bytes.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn sized(&mut self) -> Option<&'a [u8]> {
        let n = u32::from_le_bytes(self.fixed()?);
        self.take(usize::try_from(n).ok()?)
    }

    fn number(&mut self, kind: ColumnType) -> Option<String> {
        Some(match kind {
            ColumnType::Byte => i8::from_le_bytes(self.fixed()?).to_string(),
            ColumnType::UByte => u8::from_le_bytes(self.fixed()?).to_string(),
            ColumnType::Short => i16::from_le_bytes(self.fixed()?).to_string(),
            ColumnType::UShort => u16::from_le_bytes(self.fixed()?).to_string(),
            ColumnType::Int => i32::from_le_bytes(self.fixed()?).to_string(),
            ColumnType::UInt => u32::from_le_bytes(self.fixed()?).to_string(),
            ColumnType::Long => i64::from_le_bytes(self.fixed()?).to_string(),
            ColumnType::ULong => u64::from_le_bytes(self.fixed()?).to_string(),
            ColumnType::Float => f32::from_le_bytes(self.fixed()?).to_string(),
            ColumnType::Double => f64::from_le_bytes(self.fixed()?).to_string(),
            _ => return None,
        })
    }
}
