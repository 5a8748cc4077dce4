package main

import (
	"errors"
	"fmt"
	"os"

	"lianou/cmd/internal/verify"
	"lianou/core/pg"
)

// verifyCmd is the independent checker. Exit 0: all held; 1: something is broken;
// 2: something could not be checked, which is neither.
type verifyCmd struct {
	Acks    string `help:"File of acknowledgements a client kept: receipt, application or -, channel, key." type:"path"`
	Rejudge bool   `help:"Also judge every case again by its own Book, and check the kept traces; needs the platform's keys."`
}

// Run checks every promise against the rows as they stand.
func (c verifyCmd) Run(t *tool) error { return judged(c.check(t)) }

func (c verifyCmd) check(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	url := cfg.DatabaseURL.Reveal()
	if url == "" {
		place, err := readInstallation(cfg.DataDir)
		if err != nil {
			return err
		}
		url = place.Roles["lianou_check"]
	}
	checks := verify.Config{}
	if c.Acks != "" {
		f, err := os.Open(c.Acks)
		if err != nil {
			return fmt.Errorf("open the acknowledgements: %w", err)
		}
		defer f.Close()
		checks.Acks = f
	}
	if checks.DB, err = pg.Open(t.ctx, pg.Config{URL: url, Name: "lianou verify", MaxConns: 2}); err != nil {
		return err
	}
	defer checks.DB.Close()
	report, err := verify.Run(t.ctx, checks)
	if err != nil {
		return err
	}
	if c.Rejudge {
		report.Results = append(report.Results, rejudged(t, cfg, checks.DB))
	}
	signed, unsigned := signatures(t, cfg, checks.DB)
	report.Results = append(report.Results, signed)
	if err := report.Print(t.out); err != nil {
		return err
	}
	if unsigned > 0 {
		fmt.Fprintf(t.out, "%d decisions are of before there was a key to sign them with\n", unsigned)
	}
	switch report.Exit() {
	case 0:
		return nil
	case 1:
		return broken("a promise is broken")
	}
	return notKnown(errors.New("some promises were not looked at"))
}

// judged turns every error that is no verdict into the third one.
func judged(err error) error {
	var v *verdict
	if err == nil || errors.As(err, &v) {
		return err
	}
	return notKnown(err)
}
