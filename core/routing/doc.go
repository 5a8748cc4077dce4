// Package routing says which township a request belongs to, who there has least
// in hand, and by when it must be taken on.
//
// A request goes where people live, not where they are registered (F51). When no
// more than the county is known nobody guesses: the case waits at the county's
// sorting desk, region <county>000, whose county staff ask and send it on. It
// must not move cases, tell anybody or decide anything; it keeps no table of its
// own.
package routing
