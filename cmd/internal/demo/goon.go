package demo

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// asked is what the door's interview asks, as far as a client needs it.
type asked struct {
	Revision int64
	Say      string
	Step     struct{ Ref, Kind string }
	Summary  *struct {
		Document string
		Lines    []struct{ Ask, Say, From string }
		Consents []struct {
			Purpose, Version string
			Required         bool
		}
	}
}

// GoOn goes on with what was begun in a call: it says whom the call was about, knows no
// answer to what is asked besides, and hands the interview in. It gives the receipt and
// the questions it was asked.
func (p *Phone) GoOn(ctx context.Context, proof string) (receipt string, questions []string, err error) {
	var now asked
	if err := p.api(ctx, "POST", "/interview", map[string]string{}, &now); err != nil {
		return "", nil, fmt.Errorf("begin: %w", err)
	}
	for now.Step.Kind != "end" {
		questions = append(questions, now.Step.Ref)
		reply := map[string]any{"dunno": true}
		if now.Step.Ref == "form/begun" {
			reply = map[string]any{"value": proof}
		}
		in := map[string]any{"step": now.Step.Ref, "revision": now.Revision, "answer": reply}
		now = asked{}
		if err := p.api(ctx, "POST", "/interview/answers", in, &now); err != nil {
			return "", questions, fmt.Errorf("%s: %w", questions[len(questions)-1], err)
		}
	}
	receipt, err = p.handIn(ctx, now)
	return receipt, questions, err
}

// handIn signs the summary of an interview and hands it in.
func (p *Phone) handIn(ctx context.Context, now asked) (string, error) {
	strokes, err := p.upload(ctx, "strokes", "application/json", []byte(Scrawl(0)))
	if err != nil {
		return "", fmt.Errorf("strokes: %w", err)
	}
	var consents []map[string]string
	for _, c := range now.Summary.Consents {
		if c.Required {
			consents = append(consents, map[string]string{"purpose": c.Purpose, "version": c.Version})
		}
	}
	shown := sha256.Sum256([]byte(now.Summary.Document))
	var receipt struct{ Receipt string }
	err = p.api(ctx, "POST", "/interview/application", map[string]any{"key": rand.Text(), "revision": now.Revision, "consents": consents,
		"signature": map[string]string{"strokes": strokes, "document": hex.EncodeToString(shown[:])}}, &receipt)
	return receipt.Receipt, err
}
