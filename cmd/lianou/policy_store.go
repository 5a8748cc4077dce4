package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/insight"
	"lianou/core/policy"
	"lianou/core/rulebook"
)

// policyStoreCmds publish rules from files. Whoever drafts, signs or publishes does so as a
// member of staff of the city, by their own password: an account of the machine is nobody's
// signature.
type policyStoreCmds struct {
	List     policyList     `cmd:"" help:"List what was published, and the drafts."`
	Draft    policyDraft    `cmd:"" help:"Begin a draft from a folder of YAML files."`
	Sign     policySign     `cmd:"" help:"Sign a draft of one's own: the first signature."`
	Publish  policyPublish  `cmd:"" help:"Publish somebody else's signed draft: the second signature."`
	Rebase   policyRebase   `cmd:"" help:"Do the steps of a draft again on the newest edition."`
	Withdraw policyWithdraw `cmd:"" help:"End a draft for good."`
	Simulate policySimulate `cmd:"" help:"Say what a change of the rules would do to everybody: who gains, who loses, what it costs."`
	Export   policyExport   `cmd:"" help:"Write the files of an edition or a draft into an empty folder."`
}

type policyList struct{}

type policyDraft struct {
	Folder string `arg:"" optional:"" type:"existingdir" help:"Folder of YAML files; the rules that ship with this program when left out."`
	Why    string `required:"" help:"Why, in a sentence: the document, the meeting."`
	As     string `required:"" help:"Log-in of who drafts; the password is asked for, or comes by standard input."`
}

type policySign struct {
	Draft  int64  `arg:"" help:"Number of the draft."`
	Digest string `arg:"" help:"Digest of the files that were read, all of it."`
	As     string `required:"" help:"Log-in of its author."`
	Apart  bool   `help:"The reminders about multiples of standards were read, and are meant."`
}

type policyPublish struct {
	Draft  int64  `arg:"" help:"Number of the draft."`
	Digest string `arg:"" help:"Digest of the files that were read, all of it."`
	From   string `required:"" help:"The first day that is judged by it, such as 2026-07-01; today or later."`
	As     string `required:"" help:"Log-in of who signs second."`
	Apart  bool   `help:"The reminders about multiples of standards were read, and are meant."`
}

type policyRebase struct {
	Draft int64  `arg:"" help:"Number of the draft."`
	As    string `required:"" help:"Log-in of its author."`
}

type policyWithdraw struct {
	Draft int64  `arg:"" help:"Number of the draft."`
	Why   string `required:"" help:"Why, in a sentence."`
	As    string `required:"" help:"Log-in of who withdraws it."`
}

type policyExport struct {
	What   string `arg:"" help:"Number of an edition, or draft:N."`
	Folder string `arg:"" help:"An empty folder, or one that is made." type:"path"`
}

// rules is what the commands work with.
type rules struct {
	people
	store *rulebook.Store
	out   io.Writer
}

func (c policyList) Run(t *tool) error { return withRules(t, rules.list) }

func (c policyDraft) Run(t *tool) error {
	return withRules(t, func(r rules) error {
		who, err := r.signIn(t, c.As)
		if err != nil {
			return err
		}
		return r.draft(who, c.Folder, c.Why)
	})
}

func (c policySign) Run(t *tool) error {
	return withRules(t, func(r rules) error {
		who, err := r.signIn(t, c.As)
		if err != nil {
			return err
		}
		return r.sign(who, rulebook.Signature{Draft: c.Draft, Digest: c.Digest, Apart: c.Apart})
	})
}

func (c policyPublish) Run(t *tool) error {
	from, err := core.ParseDate(c.From)
	if err != nil {
		return errors.New("--from is a day such as 2026-07-01")
	}
	return withRules(t, func(r rules) error {
		who, err := r.signIn(t, c.As)
		if err != nil {
			return err
		}
		return r.publish(who, rulebook.Publication{Draft: c.Draft, Digest: c.Digest, From: from, Apart: c.Apart})
	})
}

func (c policyRebase) Run(t *tool) error {
	return withRules(t, func(r rules) error {
		who, err := r.signIn(t, c.As)
		if err != nil {
			return err
		}
		if err := r.store.Rebase(r.ctx, who, c.Draft); err != nil {
			return r.faults(err)
		}
		return r.shown(c.Draft)
	})
}

func (c policyWithdraw) Run(t *tool) error {
	return withRules(t, func(r rules) error {
		who, err := r.signIn(t, c.As)
		if err != nil {
			return err
		}
		return r.store.Withdraw(r.ctx, who, c.Draft, c.Why)
	})
}

func (c policyExport) Run(t *tool) error {
	return withRules(t, func(r rules) error { return r.export(c.What, c.Folder) })
}

// withRules opens the store as the platform does. Without a Redis programs find a new edition
// by their poll.
func withRules(t *tool, do func(rules) error) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	return withPlatform(t, false, func(p people) error {
		r := rules{people: p, out: t.out}
		deps := rulebook.Deps{DB: p.db, Audit: p.log, Sensed: insight.Store{}.HasSensed}
		if url := cfg.RedisURL.Reveal(); url != "" {
			if deps.Bell, err = bell.Open(bell.Config{URL: url, Log: quiet()}); err != nil {
				return err
			}
			defer deps.Bell.Close()
		}
		if r.store, err = rulebook.New(deps); err != nil {
			return err
		}
		return do(r)
	})
}

// signIn checks who somebody is.
func (r rules) signIn(t *tool, login string) (core.StaffID, error) {
	who, err := r.prove(t, login)
	return who.ID, err
}

// faults prints what policy found wrong, one a line, and gives the sentence.
func (r rules) faults(err error) error {
	var bad policy.Problems
	if errors.As(err, &bad) {
		for _, p := range bad {
			fmt.Fprintf(r.out, "%s\n    %s\n", p, p.Say) // in the words that policy check and the desk use
		}
	}
	return err
}

// set reads the files of "3", an edition, or "draft:3".
func (r rules) set(what string) (rulebook.Sources, error) {
	number, isDraft := strings.CutPrefix(what, "draft:")
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		return rulebook.Sources{}, fmt.Errorf("%q is neither the number of an edition nor draft:N", what)
	}
	if isDraft {
		f, err := r.store.Draft(r.ctx, n)
		return f.Files, err
	}
	return r.store.Sources(r.ctx, int(n))
}
