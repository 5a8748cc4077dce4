// Package rulebench measures the rules: B3, all items judged on the fast path
// against the same rules written by hand in Go, and B4, the full explanation of one
// household. The hand-written rules are a yardstick only; nothing that decides may
// import them.
package rulebench
