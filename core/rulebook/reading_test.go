package rulebook_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/rulebook"
)

func (w *world) reads(t *testing.T, id int64) (*rulebook.Reading, error) {
	t.Helper()
	f, err := w.store.Draft(t.Context(), id)
	must(t, err)
	return w.store.Read(t.Context(), &f, names, func() error { return nil })
}

// TestAStepThatCannotBeTold: a fault in a step of files, which a later step hides, comes out
// with the number of the step, and neither signature is possible.
//
// Red: Tell that takes a fault for "had it already" and goes on ("told as if it were whole: <nil>",
// "signed: <nil>").
func TestAStepThatCannotBeTold(t *testing.T) {
	t.Parallel()
	w, base := newWorld(t), shipped(t)
	id, err := w.store.Begin(t.Context(), w.han, "试", files(base, with(t, base, "amounts.yaml", "value: 130", "value: 140")))
	must(t, err)
	// As an older program left it: the set between the two steps does not load.
	must(t, w.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into rulebook_change (draft, n, author, op, why, at) values ($1, 2, $2, '{"files": {"more.yaml": "items: 3\n"}}', '试', $3), ($1, 3, $2, '{"files": {"more.yaml": ""}}', '试', $3)`, id, int64(w.han), tx.Now())
		return err
	}))
	read, err := w.reads(t, id)
	must(t, err)
	var e *core.Error
	if !errors.Is(read.Untold, rulebook.ErrUntold) || !errors.As(read.Untold, &e) || !strings.Contains(e.Say, "的第 2 步换上的文件读不出来") || !strings.Contains(e.Say, "请管系统的人看一看") {
		t.Errorf("told as if it were whole: %v", read.Untold)
	}
	if read.Steps[1] == nil || read.Steps[2] != nil || read.Steps[3] != nil {
		t.Errorf("steps told: %v", read.Steps)
	}
	d, err := w.store.Draft(t.Context(), id)
	must(t, err)
	if err := w.store.Sign(t.Context(), w.han, rulebook.Signature{Draft: id, Digest: d.Digest, Apart: true}); !errors.Is(err, rulebook.ErrUntold) {
		t.Errorf("signed: %v", err)
	}
	must(t, w.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update rulebook_draft set state = 'signed', signed = $2 where id = $1`, id, tx.Now())
		return err
	}))
	if _, err := w.store.Publish(t.Context(), w.lin, rulebook.Publication{Draft: id, Digest: d.Digest, From: w.today(t), Apart: true}); !errors.Is(err, rulebook.ErrUntold) {
		t.Errorf("published: %v", err)
	}
}

// TestReadOnce: a draft is read once, whoever looks and however often; another step, or an
// edition published since, is another reading; what is kept is bounded; and who may not ask
// for work is refused, but sees what was read already.
//
// Red: without the memory "the first reading loads 2 sets, the second 2" and "refused what is kept:
// no more"; with it unbounded "after eight other drafts this one loads none".
func TestReadOnce(t *testing.T) {
	t.Parallel()
	w, base := newWorld(t), shipped(t)
	id, err := w.store.Begin(t.Context(), w.han, "试", files(base, with(t, base, "amounts.yaml", "value: 130", "value: 140")))
	must(t, err)
	loads := func(id int64) int64 {
		was := w.store.Loads()
		_, err := w.reads(t, id)
		must(t, err)
		return w.store.Loads() - was
	}
	if first, second := loads(id), loads(id); first != 2 || second != 0 {
		t.Errorf("the first reading loads %d sets, the second %d", first, second)
	}
	f, err := w.store.Draft(t.Context(), id)
	must(t, err)
	no := errors.New("no more")
	may := func() error { return no }
	if read, err := w.store.Read(t.Context(), &f, names, may); err != nil || read.Steps[1].Count() == 0 {
		t.Errorf("refused what is kept: %v", err)
	}
	must(t, w.store.Change(t.Context(), w.han, id, rulebook.Step{Op: rulebook.Op{Amount: &rulebook.Amount{Param: "tekun.care_full", Value: "300", From: day("2030-01-01"), Source: "文件"}}, Why: "会议"}))
	f, err = w.store.Draft(t.Context(), id)
	must(t, err)
	if _, err := w.store.Read(t.Context(), &f, names, may); !errors.Is(err, no) {
		t.Errorf("read without being asked: %v", err)
	}
	if n := loads(id); n == 0 {
		t.Error("what the draft said before stands for what it says now")
	}
	other := rulebook.Step{Op: rulebook.Op{Amount: &rulebook.Amount{Param: "tekun.care_self", Value: "60", From: w.today(t), Source: "文件"}}, Why: "会议"}
	w.issue(t, other)
	if read, _ := w.reads(t, id); read.Back.Edition != 2 || read.Back.Count() == 0 {
		t.Errorf("an edition was published, and nothing is taken back of it: %+v", read.Back)
	}
	for range 8 {
		one, err := w.store.Begin(t.Context(), w.han, "又一份")
		must(t, err)
		loads(one)
	}
	if n := loads(id); n == 0 {
		t.Error("after eight other drafts this one loads none")
	}
}

// TestStepsBeyondTheEighth: steps of whole files that are too many to be told each by itself
// are told together, whoever signs sees what they change; a draft whose steps are all told has
// no such block.
//
// Red: without it "what the ninth step pays is told nowhere".
func TestStepsBeyondTheEighth(t *testing.T) {
	t.Parallel()
	w, set := newWorld(t), shipped(t)
	const row = "label: 特困照料护理标准(半护理)\n    rows: [{value: "
	var steps []rulebook.Step
	for was := 130; was < 138; was++ {
		next := with(t, set, "amounts.yaml", row+strconv.Itoa(was), row+strconv.Itoa(was+1))
		steps, set = append(steps, files(set, next)), next
	}
	id, err := w.store.Begin(t.Context(), w.han, "试", steps...)
	must(t, err)
	read, err := w.reads(t, id)
	must(t, err)
	if read.Net != nil || read.Steps[8] == nil || read.Steps[8].Skipped {
		t.Errorf("eight steps are told each: %+v", read.Net)
	}
	must(t, w.store.Change(t.Context(), w.han, id, files(set, with(t, set, "items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standard * members_count * 2"))))
	read, err = w.reads(t, id)
	must(t, err)
	if !read.Steps[9].Skipped || read.Net == nil {
		t.Fatal("what the ninth step pays is told nowhere")
	}
	net := strings.Join(read.Net.Lines, "\n")
	for _, want := range []string{"特困照料护理标准(半护理)(各县):130 元/月(样本) → 138 元/月(样本)", "事项 MZ-03 急难型临时救助:算法"} {
		if !strings.Contains(net, want) {
			t.Errorf("%q is not told of all steps together:\n%s", want, net)
		}
	}
}

// TestAFaultIsReadOnce: of all who wait for a draft that cannot be read one reads it, and who
// asks a while later has it read again.
//
// Red: with a fault forgotten at once "eight who ask load 8 sets".
func TestAFaultIsReadOnce(t *testing.T) {
	t.Parallel()
	w, base := newWorld(t), shipped(t)
	id, err := w.store.Begin(t.Context(), w.han, "试", files(base, with(t, base, "amounts.yaml", "value: 130", "value: 140")))
	must(t, err)
	f, err := w.store.Draft(t.Context(), id)
	must(t, err)
	f.Files, err = f.Files.With("more.yaml", "items: 3\n")
	must(t, err)
	was := w.store.Loads()
	ask := func() error {
		_, err := w.store.Read(t.Context(), &f, names, func() error { return nil })
		return err
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := ask(); !errors.Is(err, rulebook.ErrProblems) {
				t.Errorf("read: %v", err)
			}
		})
	}
	all.Wait()
	if n := w.store.Loads() - was; n != 1 {
		t.Errorf("eight who ask load %d sets", n)
	}
	w.store.Later()
	if err := ask(); !errors.Is(err, rulebook.ErrProblems) || w.store.Loads()-was != 2 {
		t.Errorf("later it is not tried again: %v", err)
	}
}

// TestWaitingEndsWithTheRequest: who waits for somebody else's reading waits no longer than
// their own request, and the reading goes on.
//
// Red: on a mutex "the request ended, and it waits".
func TestWaitingEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, err := w.store.Begin(t.Context(), w.han, "试")
	must(t, err)
	f, err := w.store.Draft(t.Context(), id)
	must(t, err)
	reads, goes, first, second := make(chan struct{}), make(chan struct{}), make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := w.store.Read(t.Context(), &f, names, func() error { close(reads); <-goes; return nil })
		first <- err
	}()
	<-reads
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	go func() {
		_, err := w.store.Read(ctx, &f, names, func() error { return nil })
		second <- err
	}()
	select {
	case err := <-second:
		if !errors.Is(err, rulebook.ErrReading) {
			t.Errorf("the request ended: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the request ended, and it waits")
	}
	close(goes)
	must(t, <-first)
}
