package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"path/filepath"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
)

// The bars of "payout": a run of 100,000 payments takes a minute, or three times the COPY of its lines.
const (
	payments   = 100_000
	payoutBar  = 60 * time.Second
	payoutCopy = 3.0
)

// paying measures "payout": a month of the whole city from the draft to the bank's answer in the books,
// without the minutes in which two people look at it and the bank works: made, approved, written,
// handed over, answered.
func paying(ctx context.Context, cfg *Config) (missed Verdict, err error) {
	h, err := openHouse(ctx, cfg)
	if err != nil {
		return missed, err
	}
	defer h.close()
	t, err := h.openTreasury(ctx, cfg.Lianou)
	if err != nil {
		return missed, err
	}
	defer t.close()
	began := time.Now()
	if err := t.lay(ctx, payments); err != nil {
		return missed, fmt.Errorf("lay what is due: %w", err)
	}
	cfg.note("payout %d payments due after %.0f s", payments, time.Since(began).Seconds())
	var total time.Duration
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{{"made", t.make}, {"approved", t.approve}, {"written and handed over", t.send}, {"answered", t.answered}} {
		began := time.Now()
		if err := step.do(ctx); err != nil {
			return missed, fmt.Errorf("%s: %w", step.name, err)
		}
		took := time.Since(began)
		total += took
		cfg.note("payout %-24s %6.1f s, load %s", step.name, took.Seconds(), load())
	}
	yard, err := t.copied(ctx)
	if err != nil {
		return missed, fmt.Errorf("copy the lines: %w", err)
	}
	ratio := total.Seconds() / yard.Seconds()
	ok := total <= payoutBar || ratio <= payoutCopy
	if !ok {
		missed.Short = append(missed.Short, "payout")
	}
	fmt.Fprintf(cfg.Out, "payout %.1f s bar <=%.0f s or %.0fx %s (%d payments made, approved, handed over and answered; COPY of the lines %.1f s, %.1fx; load %s)\n",
		total.Seconds(), payoutBar.Seconds(), payoutCopy, word(ok), payments, yard.Seconds(), ratio, load())
	return missed, nil
}

// treasury is the paying side of a house, with a bank that speaks its protocol over HTTP.
type treasury struct {
	house         *house
	db            *pg.DB // as lianou_platform
	pay           *payout.Payout
	bank          *exec.Cmd
	life          io.Closer
	ended         chan struct{}
	maker, second core.StaffID
	batch         payout.Batch
}

func (h *house) openTreasury(ctx context.Context, program string) (_ *treasury, err error) {
	t := &treasury{house: h}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	if err := pg.AllowLogin(ctx, h.admin, map[string]string{"lianou_platform": ""}); err != nil {
		return nil, err
	}
	if t.db, err = pg.Open(ctx, pg.Config{URL: h.server.URL("lianou_platform", database), Name: "lianou bench", MaxConns: 4}); err != nil {
		return nil, err
	}
	at, err := t.openBank(ctx, program)
	if err != nil {
		return nil, err
	}
	rail, err := payout.NewBank(payout.BankConfig{URL: at, User: "bench", Password: "bench", Timeout: time.Minute})
	if err != nil {
		return nil, err
	}
	account, err := core.ParseBankAccount("37140000000000000001")
	if err != nil {
		return nil, err
	}
	t.pay, err = payout.New(payout.Config{Payer: account}, payout.Deps{DB: t.db, Ring: h.keys.Platform.Ring, Audit: audit.New(h.keys.Platform.Ring),
		Log: slog.New(slog.DiscardHandler), Rail: rail, Apart: rulesApart})
	return t, err
}

// openBank starts the stand-ins beside the house and gives the bank's address.
func (t *treasury) openBank(ctx context.Context, program string) (string, error) {
	addr, err := freeAddr()
	if err != nil {
		return "", err
	}
	t.bank = exec.Command(program, "standin")
	t.bank.Env = append(plainEnvironment(), "LIANOU_STANDIN_ADDR="+addr, "LIANOU_DATA_DIR="+filepath.Join(t.house.dir, "bank"), "LIANOU_LIFELINE=true",
		"LIANOU_BANK_URL=http://"+addr, "LIANOU_BANK_USER=bench", "LIANOU_BANK_PASSWORD=bench")
	if t.life, t.ended, err = launch(t.bank, filepath.Join(t.house.dir, "bank.log")); err != nil {
		return "", err
	}
	return "http://" + addr, answers(ctx, "http://"+addr+"/", t.ended)
}

func (t *treasury) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	end(ctx, t.bank, t.life, t.ended)
	if t.db != nil {
		t.db.Close()
	}
}

// rulesApart are the rules of a day by which money is held back, as the platform reads them.
func rulesApart(day core.Date) ([]payout.Apart, error) {
	lib, err := policy.Embedded()
	if err != nil {
		return nil, err
	}
	book, err := lib.On(day)
	if err != nil {
		return nil, err
	}
	var out []payout.Apart
	for _, r := range book.Rules {
		if r.Kind == policy.Exclude || r.Person {
			out = append(out, payout.Apart{A: r.A, B: r.B, Higher: r.Kind == policy.Overlap, Person: r.Person, Why: r.Why, Law: r.Law})
		}
	}
	return out, nil
}

func (t *treasury) make(ctx context.Context) error {
	return t.db.Tx(ctx, wholeCity, func(ctx context.Context, tx *pg.Tx) (err error) {
		t.batch, err = t.pay.CreateBatch(ctx, tx, t.maker, payout.Choice{})
		if err == nil && t.batch.Totals.Lines != payments {
			err = fmt.Errorf("%d lines of %d", t.batch.Totals.Lines, payments)
		}
		return err
	})
}

func (t *treasury) approve(ctx context.Context) error {
	return t.db.Tx(ctx, wholeCity, func(ctx context.Context, tx *pg.Tx) error {
		return t.pay.Approve(ctx, tx, t.second, t.batch.ID, t.batch.Totals)
	})
}

func (t *treasury) send(ctx context.Context) error { return t.pay.Send(ctx, t.batch.ID) }

// answered takes the bank's file in, which books every line: a few come back, as the stand-in bank has it.
func (t *treasury) answered(ctx context.Context) error {
	if err := t.pay.Poll(ctx); err != nil {
		return err
	}
	return t.db.Read(ctx, wholeCity, func(ctx context.Context, tx *pg.Tx) error {
		b, err := payout.BatchByID(ctx, tx, t.batch.ID)
		if err == nil && (b.State != "answered" && b.State != "closed" || b.Paid+b.Returned != t.batch.Totals.Total || b.Returned*100 > b.Paid) {
			err = fmt.Errorf("the batch is %s, paid %d and returned %d of %d", b.State, b.Paid, b.Returned, t.batch.Totals.Total)
		}
		return err
	})
}

var wholeCity = pg.City("a bench pays a whole city")
