package workflow

import (
	"bytes"
	"context"
	"encoding/json"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/policy"
)

// Rederive judges a frozen version of a case again by a Book, and lists the items whose
// finding is not what was stored then. By the Book that the findings or a decision name
// (rulebook.Shelf gives it by its digest) there is none, however the rules have changed
// since (F74). It reads what the case froze and nothing of the register, and changes nothing.
func (f *Flow) Rederive(ctx context.Context, tx *pg.Tx, id core.CaseID, version int, book *policy.Book) ([]core.ItemCode, error) {
	facts, err := f.Cases.Facts(ctx, tx, id, version)
	if err != nil {
		return nil, err
	}
	stored, err := f.Cases.Findings(ctx, tx, id, version)
	if err != nil {
		return nil, err
	}
	m, err := f.matcher(book)
	if err != nil {
		return nil, err
	}
	result := m.Explain(&facts.Household)
	again := map[core.ItemCode][]byte{}
	for _, finding := range findingsOf(&result, book) {
		again[finding.Item] = spelt(finding)
	}
	var differs []core.ItemCode
	for _, finding := range stored {
		if !bytes.Equal(again[finding.Item], spelt(finding)) {
			differs = append(differs, finding.Item)
		}
		delete(again, finding.Item)
	}
	for item := range again {
		differs = append(differs, item) // judged now, and not then
	}
	return differs, nil
}

// spelt is a finding in bytes, lists that hold nothing as the database gives them back.
func spelt(f casefile.Finding) []byte {
	if f.Missing == nil {
		f.Missing = []string{}
	}
	if f.Reasons == nil {
		f.Reasons = []casefile.Reason{}
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return nil // words, numbers and lists of them always encode
	}
	return raw
}
