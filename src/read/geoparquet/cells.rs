//! Columns of Arrow to the texts of cells, as GeoJSON of the same layer would have them.

use std::fmt::{self, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, OffsetSizeTrait};
use arrow_schema::{DataType, TimeUnit};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Writes the value of a row, which is not missing; an error where it is longer than any cell may be.
pub(super) type Writer<'a> = Box<dyn Fn(usize, &mut String) -> fmt::Result + 'a>;

/// The longest cell that is made of many values, in bytes.
const LONGEST: usize = 1 << 24;

/// Whether cells can hold such values.
pub(super) fn is_read(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, kind) => is_read(kind) && !kind.is_nested(),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            is_read(item.data_type())
        }
        DataType::Null | DataType::Boolean | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Date32 | DataType::Date64 | DataType::Time32(_) | DataType::Time64(_) => true,
        DataType::Timestamp(..) => true,
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
        DataType::Decimal32(..) => decimal!(Decimal32Type),
        DataType::Decimal64(..) => decimal!(Decimal64Type),
        DataType::Decimal128(..) => decimal!(Decimal128Type),
        DataType::Decimal256(..) => decimal!(Decimal256Type),
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            Box::new(|row, text| text.write_str(array.value(row)))
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            Box::new(|row, text| text.write_str(array.value(row)))
        }
        DataType::Utf8View => {
            let array = array.as_string_view();
            Box::new(|row, text| text.write_str(array.value(row)))
        }
        DataType::Date32 => moment!(Date32Type, 86_400_000_000_000_i128, day),
        DataType::Date64 => moment!(Date64Type, 1_000_000_i128, day),
        DataType::Time32(TimeUnit::Second) => moment!(Time32SecondType, 1_000_000_000_i128, time),
        DataType::Time32(_) => moment!(Time32MillisecondType, 1_000_000_i128, time),
        DataType::Time64(TimeUnit::Microsecond) => moment!(Time64MicrosecondType, 1000_i128, time),
        DataType::Time64(_) => moment!(Time64NanosecondType, 1_i128, time),
        DataType::Timestamp(unit, zone) => {
            let zone = zone.as_deref().map(offset);
            let full = move |moment: Timestamp, text: &mut String| match zone {
                None => write!(text, "{}", plain_time(moment)),
                Some(Offset::UTC) => write!(text, "{moment}"),
                Some(offset) => write!(text, "{}", moment.display_with_offset(offset)),
            };
            match unit {
                TimeUnit::Second => moment!(TimestampSecondType, 1_000_000_000_i128, full),
                TimeUnit::Millisecond => moment!(TimestampMillisecondType, 1_000_000_i128, full),
                TimeUnit::Microsecond => moment!(TimestampMicrosecondType, 1000_i128, full),
                TimeUnit::Nanosecond => moment!(TimestampNanosecondType, 1_i128, full),
            }
        }
        DataType::Dictionary(key, _) => match **key {
            DataType::Int8 => words::<Int8Type>(array)?,
            DataType::Int16 => words::<Int16Type>(array)?,
            DataType::Int32 => words::<Int32Type>(array)?,
            DataType::Int64 => words::<Int64Type>(array)?,
            DataType::UInt8 => words::<UInt8Type>(array)?,
            DataType::UInt16 => words::<UInt16Type>(array)?,
            DataType::UInt32 => words::<UInt32Type>(array)?,
            DataType::UInt64 => words::<UInt64Type>(array)?,
            _ => return None,
        },
        DataType::List(_) => list::<i32>(array)?,
        DataType::LargeList(_) => list::<i64>(array)?,
        DataType::FixedSizeList(..) => {
            let array = array.as_fixed_size_list();
            let n = usize::try_from(array.value_length()).ok()?;
            joined(array.values(), move |row| row * n..(row + 1) * n)?
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

/// The offset that a zone such as `+08:00` names; that of UTC for the names of places, whose offsets change.
fn offset(zone: &str) -> Offset {
    let (sign, digits) = match zone.split_at_checked(1) {
        Some(("+", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        _ => return Offset::UTC,
    };
    let parts: Option<(i32, i32)> = digits
        .split_once(':')
        .or_else(|| digits.split_at_checked(2))
        .and_then(|(hours, minutes)| Some((hours.parse().ok()?, minutes.parse().ok()?)));
    parts
        .and_then(|(hours, minutes)| Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok())
        .unwrap_or(Offset::UTC)
}

/// Values that are kept once each.
fn words<K: ArrowDictionaryKeyType>(array: &dyn Array) -> Option<Writer<'_>> {
    let array = array.as_dictionary::<K>();
    let values = array.values();
    let write = writer(values)?;
    Some(Box::new(move |row, text| match array.key(row) {
        Some(key) if key < values.len() && values.is_valid(key) => write(key, text),
        _ => Ok(()),
    }))
}

fn list<O: OffsetSizeTrait>(array: &dyn Array) -> Option<Writer<'_>> {
    let array = array.as_list::<O>();
    let offsets = array.value_offsets();
    joined(array.values(), move |row| offsets[row].as_usize()..offsets[row + 1].as_usize())
}

/// Lists, their items joined with `;`.
fn joined<'a>(items: &'a dyn Array, range: impl Fn(usize) -> std::ops::Range<usize> + 'a) -> Option<Writer<'a>> {
    let write = writer(items)?;
    Some(Box::new(move |row, text| {
        let start = text.len();
        for item in range(row) {
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
    }))
}
