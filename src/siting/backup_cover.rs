//! Backup (LSCP-B).
