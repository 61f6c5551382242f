//! The wire format of protocol buffers, as much of it as OpenStreetMap's PBF uses.
//!
//! Nothing is copied: a message is a slice of the block, and a list of numbers is read where it lies. So memory is that of
//! the block, whatever it claims to hold.

/// Why a file cannot be read, in English and Chinese.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged(pub(super) &'static str, pub(super) &'static str);

const CUT: Damaged = Damaged("a message ends in the middle", "数据在中途截断");
const KIND: Damaged = Damaged("a field is of another kind than the format says", "字段类型与格式规定不符");

/// The value of a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of a kind that the format does not use.
    Other,
}

impl<'a> Value<'a> {
    pub(super) fn number(self) -> Result<u64, Damaged> {
        if let Self::Number(number) = self { Ok(number) } else { Err(KIND) }
    }

    /// A number of either sign that is not zigzag-encoded.
    pub(super) fn signed(self) -> Result<i64, Damaged> {
        self.number().map(u64::cast_signed)
    }

    pub(super) fn bytes(self) -> Result<&'a [u8], Damaged> {
        if let Self::Bytes(bytes) = self { Ok(bytes) } else { Err(KIND) }
    }

    /// A packed list of numbers.
    pub(super) fn numbers(self) -> Result<Numbers<'a>, Damaged> {
        let bytes = self.bytes()?;
        // The last number ends with the list, so that none can run over its end.
        if bytes.last().is_some_and(|last| 0x80 <= *last) { Err(CUT) } else { Ok(Numbers(bytes)) }
    }
}

/// The fields of a message, in their order.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Result<(u64, Value<'a>), Damaged> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => self.take(8).map(|_| Value::Other)?,
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Other)?,
            _ => return Err(KIND),
        };
        Ok((key >> 3, value))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Damaged> {
        let length = usize::try_from(length).ok().filter(|&length| length <= self.0.len()).ok_or(CUT)?;
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, Damaged> {
        let end = self.0.iter().take(10).position(|byte| *byte < 0x80).ok_or(CUT)?;
        let (bytes, rest) = self.0.split_at(end + 1);
        self.0 = rest;
        Ok(Numbers(bytes).next().unwrap_or_default())
    }
}

/// A packed list of numbers, each of one byte or more.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers<'a>(&'a [u8]);

impl Iterator for Numbers<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let (&first, mut rest) = self.0.split_first()?;
        let mut number = u64::from(first & 0x7f);
        let (mut byte, mut shift) = (first, 7);
        while 0x80 <= byte {
            let Some((&next, after)) = rest.split_first() else { break };
            (byte, rest) = (next, after);
            // What does not fit into 64 bits is cut off, as every reader of the format does.
            if shift < 64 {
                number |= u64::from(byte & 0x7f) << shift;
            }
            shift += 7;
        }
        self.0 = rest;
        Some(number)
    }
}

/// Numbers of either sign, each given as the difference to the one before.
#[derive(Clone, Debug, Default)]
pub(super) struct Deltas<'a> {
    numbers: Numbers<'a>,
    last: i64,
}

impl<'a> Deltas<'a> {
    pub(super) fn new(numbers: Numbers<'a>) -> Self {
        Self { numbers, last: 0 }
    }
}

impl Iterator for Deltas<'_> {
    type Item = i64;

    #[inline]
    fn next(&mut self) -> Option<i64> {
        let number = self.numbers.next()?;
        self.last = self.last.wrapping_add(zigzag(number));
        Some(self.last)
    }
}

/// 0, 1, 2, 3 stand for 0, -1, 1, -2.
pub(super) fn zigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_never_over_the_end() {
        let numbers = Value::Bytes(&[0x01, 0xac, 0x02, 0x00]).numbers().unwrap();
        assert_eq!(numbers.collect::<Vec<_>>(), [1, 300, 0]);
        assert_eq!(Value::Bytes(&[0x01, 0x80]).numbers().unwrap_err(), CUT);
        let long = [[0xff; 20].as_slice(), &[0x01]].concat();
        assert_eq!(Value::Bytes(&long).numbers().unwrap().collect::<Vec<_>>(), [u64::MAX]);
    }

    #[test]
    fn differences_wrap_and_do_not_panic() {
        // i64::MAX, then one more.
        let bytes = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x02];
        let deltas = Deltas::new(Value::Bytes(&bytes).numbers().unwrap());
        assert_eq!(deltas.collect::<Vec<_>>(), [i64::MAX, i64::MIN]);
    }

    #[test]
    fn a_length_that_lies_is_damage() {
        for bytes in [&[0x0a, 0x05, 0x01][..], &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f], &[0x80], &[0x0b], &[0x09, 1]] {
            assert!(Fields(bytes).any(|field| field.is_err()), "{bytes:?}");
        }
    }
}
