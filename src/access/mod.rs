//! What people can use of what there is: one measure a file, over ids and numbers only.

pub mod assignment;
