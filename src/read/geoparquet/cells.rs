//! Columns of Arrow to the texts of cells, as GeoJSON of the same layer would have them.

use std::fmt::{self, Write};

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, Time32MillisecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::{DataType, TimeUnit};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Writes the value of a row, which is not missing; an error where it is longer than any cell may be.
pub(super) type Writer<'a> = Box<dyn Fn(usize, &mut String) -> fmt::Result + 'a>;

/// The longest cell that is made of many values, in bytes.
const LONGEST: usize = 1 << 24;

/// Whether cells can hold such values. These are the kinds that Parquet itself knows of.
pub(super) fn is_read(kind: &DataType) -> bool {
    match kind {
        DataType::List(item) => is_read(item.data_type()),
        DataType::Null | DataType::Boolean | DataType::Utf8 | DataType::Utf8View => true,
        DataType::Date32 | DataType::Time32(_) | DataType::Time64(_) | DataType::Timestamp(..) => true,
        kind => kind.is_numeric(),
    }
}

/// The writer of a column; `None` for what cells cannot hold.
pub(super) fn writer(array: &dyn Array) -> Option<Writer<'_>> {
    /// Of numbers that are written as they are.
    macro_rules! plain {
        ($kind:ty) => {{
            let array = array.as_primitive::<$kind>();
            Box::new(|row, text| write!(text, "{}", array.value(row)))
        }};
    }
    macro_rules! decimal {
        ($kind:ty) => {{
            let array = array.as_primitive::<$kind>();
            Box::new(|row, text| text.write_str(without_zeros(&array.value_as_string(row))))
        }};
    }
    /// Of moments since 1970: the number of nanoseconds in each unit, and what is written of the moment.
    macro_rules! moment {
        ($kind:ty, $nanoseconds:expr, $written:expr) => {{
            let array = array.as_primitive::<$kind>();
            Box::new(move |row, text| {
                let n = i64::from(array.value(row));
                match Timestamp::from_nanosecond(i128::from(n) * $nanoseconds) {
                    Ok(moment) => $written(moment, text),
                    // So far from now that no calendar has it.
                    Err(_) => write!(text, "{n}"),
                }
            })
        }};
    }
    let day = |moment, text: &mut String| write!(text, "{}", plain_time(moment).date());
    let time = |moment, text: &mut String| write!(text, "{}", plain_time(moment).time());
    Some(match array.data_type() {
        DataType::Null => Box::new(|_, _| Ok(())),
        DataType::Boolean => {
            let array = array.as_boolean();
            Box::new(|row, text| write!(text, "{}", array.value(row)))
        }
        DataType::Int8 => plain!(Int8Type),
        DataType::Int16 => plain!(Int16Type),
        DataType::Int32 => plain!(Int32Type),
        DataType::Int64 => plain!(Int64Type),
        DataType::UInt8 => plain!(UInt8Type),
        DataType::UInt16 => plain!(UInt16Type),
        DataType::UInt32 => plain!(UInt32Type),
        DataType::UInt64 => plain!(UInt64Type),
        DataType::Float16 => {
            let array = array.as_primitive::<Float16Type>();
            Box::new(|row, text| number(f64::from(array.value(row)), text))
        }
        DataType::Float32 => {
            let array = array.as_primitive::<Float32Type>();
            Box::new(|row, text| match array.value(row) {
                value if value.is_nan() => Ok(()),
                value => write!(text, "{value}"),
            })
        }
        DataType::Float64 => {
            let array = array.as_primitive::<Float64Type>();
            Box::new(|row, text| number(array.value(row), text))
        }
        DataType::Decimal128(..) => decimal!(Decimal128Type),
        DataType::Decimal256(..) => decimal!(Decimal256Type),
        DataType::Utf8View => {
            let array = array.as_string_view();
            Box::new(|row, text| text.write_str(array.value(row)))
        }
        DataType::Date32 => moment!(Date32Type, 86_400_000_000_000_i128, day),
        DataType::Time32(TimeUnit::Millisecond) => moment!(Time32MillisecondType, 1_000_000_i128, time),
        DataType::Time64(TimeUnit::Microsecond) => moment!(Time64MicrosecondType, 1000_i128, time),
        DataType::Time64(TimeUnit::Nanosecond) => moment!(Time64NanosecondType, 1_i128, time),
        DataType::Timestamp(unit, zone) => {
            // Parquet keeps moments in UTC, whatever zone they were in.
            let is_utc = zone.is_some();
            let full = move |moment: Timestamp, text: &mut String| match is_utc {
                true => write!(text, "{moment}"),
                false => write!(text, "{}", plain_time(moment)),
            };
            match unit {
                TimeUnit::Second => return None,
                TimeUnit::Millisecond => moment!(TimestampMillisecondType, 1_000_000_i128, full),
                TimeUnit::Microsecond => moment!(TimestampMicrosecondType, 1000_i128, full),
                TimeUnit::Nanosecond => moment!(TimestampNanosecondType, 1_i128, full),
            }
        }
        DataType::List(_) => {
            let array = array.as_list::<i32>();
            let (items, offsets) = (array.values(), array.value_offsets());
            let write = writer(items)?;
            Box::new(move |row, text| {
                let start = text.len();
                for item in offsets[row] as usize..offsets[row + 1] as usize {
                    if start < text.len() {
                        text.push(';');
                    }
                    if items.is_valid(item) {
                        write(item, text)?;
                    }
                    if LONGEST < text.len() {
                        return Err(fmt::Error);
                    }
                }
                Ok(())
            })
        }
        _ => return None,
    })
}

/// A number as its shortest text; what is no number is missing.
fn number(value: f64, text: &mut String) -> fmt::Result {
    if value.is_nan() { Ok(()) } else { write!(text, "{value}") }
}

/// A decimal number as a plain one would be written: `12.50` is `12.5`, `3.00` is `3`.
fn without_zeros(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

fn plain_time(moment: Timestamp) -> DateTime {
    Offset::UTC.to_datetime(moment)
}
