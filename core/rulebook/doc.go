// Package rulebook keeps the rules of assistance as they were published: numbered
// editions that nobody can change any more, each a whole set of policy files with the
// day from which it holds, and the drafts that become editions by two people's
// signatures.
//
// A Shelf gives the Book in force on a day, to every program, and any Book that was ever
// in force by its digest, for as long as there are decisions made by it. A Draft is
// changed by recorded operations that keep the files' comments and order; what does not
// load is refused whole. Preview judges households under two Books and says who gains
// and who loses; it is pure.
//
// The package owns the tables rulebook_source, rulebook_book, rulebook_edition,
// rulebook_draft and rulebook_change. It does not know what a rule means, which is
// policy's, judges nobody but by matching, and knows no case. It must not change what
// was published, nor what holds for days before an edition's own.
package rulebook
