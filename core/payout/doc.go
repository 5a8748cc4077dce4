// Package payout turns approved decisions into money on a card, once.
//
// It keeps entitlements (one claim, one month), gathers them into batches that
// two people make and approve, writes the bank's file, reads its return, keeps a
// double-entry ledger and the tasks that mend what the bank sent back. The bank
// file is described in docs/bank-file.md.
//
// It must not decide who gets anything: every line stands on an approved decision
// whose digest the database compares. It must not resend a file whose outcome is
// unknown before the bank has said that it has none, tell citizens (core/notify does, on workflow's
// word), or print an account number.
package payout
