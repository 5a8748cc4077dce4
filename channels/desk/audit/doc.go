// Package audit is the auditor's room (审计): from any payment back to the words it began with, and
// the timeline of a case.
//
// core/trail walks; this room only shows. Names and numbers are masked, and no page of it offers
// the plain ones; nothing can be changed here.
package audit
