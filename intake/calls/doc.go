// Package calls keeps the record of every telephone call: when it rang, whether
// somebody attended to it, and where its recording is.
//
// An exchange reports what it likes, as often and in whatever order it likes; all
// orders end in one record. A call that nobody attended to stays in the waiting
// list until somebody says what became of it.
//
// What was said lies sealed beside it, made by an engine or typed by an agent. A
// transcript goes into no index, log, metric, address or bell; a bell names the call.
//
// It must not make applications, fetch recordings or judge whose call it was.
package calls
