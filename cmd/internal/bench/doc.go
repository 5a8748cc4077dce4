// Package bench measures the bars of accepting applications, of the telephone and of
// starting: B1 and B2 through the real door of a real gateway process against pgbench
// doing the same inserts on the same server; B9 an import of people against COPY of
// the rows it makes; B10 from an exchange's report to the
// websockets of a thousand desks; B11 with sipp on our own line; B12 with two
// hundred people at the screener; B13; "fair" a flood in one township beside the others; and
// "queue" pages of the queue over HTTP at 200,000 open cases.
//
// A bar with a yardstick is a ratio of two figures of the same run, measured in
// turns, so that a busy machine slows both. It must not be run by tests or against
// a database that anybody uses: it makes its own and throws it away.
package bench
