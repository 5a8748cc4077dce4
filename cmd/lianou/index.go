package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/hardship"
	"lianou/core/watch"
)

// indexCmd works on the weights of the hardship index.
type indexCmd struct {
	Sensitivity indexSensitivityCmd `cmd:"" help:"Compare the order of the whole city under other weights, by groups and places, and keep the report."`
}

// indexSensitivityCmd compares orders. It changes none.
type indexSensitivityCmd struct {
	Weights string `type:"existingfile" help:"JSON file of proposed weights, {\"A\":110,\"B\":85,...}, in hundredths of what the formula gives each part. Defaults to the weights in force."`
	JSON    bool   `name:"json" help:"Print the whole report as JSON."`
	Losers  int    `default:"5" help:"How many groups that lose most are printed for each comparison."`
}

// mostWeightsFile bounds the file: seven small numbers.
const mostWeightsFile = 4 << 10

// Run reads every household once, compares, keeps the report and prints it.
func (c indexSensitivityCmd) Run(t *tool) error {
	proposed, err := c.proposed()
	if err != nil {
		return err
	}
	cfg, err := t.config()
	if err != nil {
		return err
	}
	w, _, closeDB, err := openWatch(t, cfg)
	if err != nil {
		return err
	}
	defer closeDB()
	began := time.Now()
	bar := newProgress(os.Stderr)
	kept, err := w.Sense(t.ctx, watch.Sensing{Proposed: proposed, Hands: runtime.GOMAXPROCS(0), By: audit.Actor{Kind: "operator"}, Progress: bar.show})
	bar.end()
	if err != nil {
		return spoken(err)
	}
	if c.JSON {
		return json.NewEncoder(t.out).Encode(sensingShown(&kept))
	}
	printSensing(t.out, &kept, c.Losers, w.Registry.Regions())
	fmt.Fprintf(t.out, "%d households in %.1f s; kept as %s\n", kept.Households, time.Since(began).Seconds(), kept.Digest)
	return nil
}

// proposed reads the file of weights, or gives nil for none.
func (c indexSensitivityCmd) proposed() (*hardship.Weights, error) {
	if c.Weights == "" {
		return nil, nil
	}
	f, err := os.Open(c.Weights)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostWeightsFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > mostWeightsFile {
		return nil, fmt.Errorf("%s is longer than weights can be", c.Weights)
	}
	w, err := hardship.ReadWeights(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Weights, spoken(err))
	}
	return &w, nil
}

// spoken gives the sentence of an error that has one.
func spoken(err error) error {
	var e *core.Error
	if errors.As(err, &e) && e.Say != "" {
		return errors.New(e.Say)
	}
	return err
}
