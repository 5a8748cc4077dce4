// Package desk is the staff's way in: one web application on the platform, with a
// room for each kind of work (agent, counter, township, county, city).
//
// The package itself is the shell of that application: log-in, layout, the route
// table, live updates, error pages and the request form that the agent's and the
// counter's rooms share. It must not decide anything about a case, and it holds
// no SQL: rooms call core/workflow for acts and core/casefile for what they show.
//
// Every route stands in a table with the roles it serves and the audit act it
// writes (security.md P21); a handler outside the table cannot be mounted.
package desk
