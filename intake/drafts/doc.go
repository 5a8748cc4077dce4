// Package drafts keeps what staff have typed and not yet sent (草稿): a reload, a lost
// network or a browser that breaks must not make a family tell it all again.
//
// A draft is no application. It must not be judged, counted, searched or shown to
// anybody but who works at its place, and it goes when the form is sent.
package drafts
