// Package journal keeps the calls of our own telephone line on this machine's disk
// until the record of calls has them and the blob store has their sound.
//
// A call that we are about to answer stands here first, sealed and fsynced; its sound
// grows beside it. Whatever then dies, the process or the database, the next start
// finds the call, mends its recording to the last second written and delivers both.
// A file is removed after its row is committed, and never before.
//
// It must not decide what a call was about, nor open what it has sealed for others.
package journal
