// Package insight is the hardship store (困难人口库): what the rules find of every
// household of the city, how hard it is by the index, and the order that makes
// (指数排序).
//
// It owns the tables finding_page, finding_town, ranking, ranking_count, ranking_step and
// index_sensing. Findings
// lie in pages of some hundred households and not in rows: a scan of two million
// households then writes thousands of rows, and reads as few to see what changed.
// Everything in it can be made anew from the registry and the Book.
//
// It grants, refuses and tells nothing, and it decides nothing: the order is for
// people's work, a finding is a proposal.
package insight
