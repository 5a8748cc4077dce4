package workflow

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
)

// Rederive judges a frozen version of a case again by a Book, and lists the items whose
// finding is not what was stored then. By the Book that the findings or a decision name
// (rulebook.Shelf gives it by its digest) there is none, however the rules have changed
// since (F74). It reads what the case froze and nothing of the register, and changes nothing.
func (f *Flow) Rederive(ctx context.Context, tx *pg.Tx, id core.CaseID, version int, book *policy.Book) ([]core.ItemCode, error) {
	m, err := f.matcher(book)
	if err != nil {
		return nil, err
	}
	again, err := Rejudge(ctx, tx, f.Cases, m, casefile.JudgedAt{Case: id, Version: version, Book: book.Digest})
	return again.Differs, err
}

// Rejudged is what judging a version of a case again came to.
type Rejudged struct {
	Differs []core.ItemCode // whose finding is another one now
	Trace   []byte          // as it was kept; nil for what was judged before traces were
	Other   bool            // the trace is not the one of this judgement
}

// Rejudge is Rederive with a matcher and for whoever has no Flow. It judges by the version of
// the kept trace (matching.TraceVersion): what was judged before the program judged otherwise
// is what it was. Errors: casefile.ErrTrace where the kept trace cannot be opened.
func Rejudge(ctx context.Context, tx *pg.Tx, cases *casefile.Store, m *matching.Matcher, at casefile.JudgedAt) (Rejudged, error) {
	// 1. What was frozen: the facts, what was held, the trace.
	var out Rejudged
	c, err := cases.Get(ctx, tx, at.Case)
	if err != nil {
		return out, err
	}
	facts, err := cases.Facts(ctx, tx, at.Case, at.Version)
	if err != nil {
		return out, err
	}
	stored, err := cases.Findings(ctx, tx, at.Case, at.Version)
	if err != nil {
		return out, err
	}
	basis, kept, err := cases.Basis(ctx, tx, c, at.Version)
	if err != nil {
		return out, err
	}
	var held matching.Held
	version := 1 // of what was judged before traces were kept
	if kept {
		version = matching.VersionOf(basis.Trace)
		if err := json.Unmarshal(basis.Held, &held); err != nil {
			return out, casefile.ErrTrace.Wrap(err)
		}
	}
	// 2. Judged again as then, item by item.
	m = m.As(version)
	out.Differs = differs(stored, found(m, &facts.Household, held), kept)
	if !kept {
		return out, nil
	}
	// 3. The trace of it is the one that was kept, byte for byte.
	out.Trace = basis.Trace
	again, err := m.Trace(&facts.Household, &held, facts.Provenance)
	out.Other = !bytes.Equal(again, basis.Trace)
	return out, err
}

// differs compares findings. What was judged before a trace was kept had neither its members
// nor how near it was written down, and what was judged before reasons had codes neither those
// nor why a sum is none: it is compared without. Which form it has is one for all findings of a
// judgement, so that a code taken out of some is found; the trace, which has every condition by
// its name and every share, is compared whole either way.
func differs(stored, now []casefile.Finding, whole bool) (list []core.ItemCode) {
	again := map[core.ItemCode][]byte{}
	coded := slices.ContainsFunc(stored, func(f casefile.Finding) bool {
		return slices.ContainsFunc(f.Reasons, func(r casefile.Reason) bool { return r.Code != "" })
	})
	for _, finding := range now {
		if !whole {
			finding.Members, finding.Near = nil, ""
		}
		if !coded {
			finding = uncoded(finding)
		}
		again[finding.Item] = spelt(finding)
	}
	for _, finding := range stored {
		if !bytes.Equal(again[finding.Item], spelt(finding)) {
			list = append(list, finding.Item)
		}
		delete(again, finding.Item)
	}
	for item := range again {
		list = append(list, item) // judged now, and not then
	}
	return list
}

// uncoded is a finding as it was kept before reasons had codes.
func uncoded(f casefile.Finding) casefile.Finding {
	plain := func(list []casefile.Reason) []casefile.Reason {
		list = slices.Clone(list)
		for i := range list {
			list[i].Code = ""
		}
		return list
	}
	f.Reasons, f.Members = plain(f.Reasons), slices.Clone(f.Members)
	for i := range f.Members {
		f.Members[i].Reasons = plain(f.Members[i].Reasons)
	}
	f.Benefit.Nothing, f.Benefit.Alone = "", nil
	return f
}

// spelt is a finding in bytes, lists that hold nothing as the database gives them back.
func spelt(f casefile.Finding) []byte {
	if f.Missing == nil {
		f.Missing = []string{}
	}
	if f.Reasons == nil {
		f.Reasons = []casefile.Reason{}
	}
	if f.Members == nil {
		f.Members = []casefile.Standing{}
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return nil // words, numbers and lists of them always encode
	}
	return raw
}
