package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/bulk"
	"lianou/core/seal"
	tabular "lianou/core/tables"
)

// importFile is what an import of people and one of facts are told alike.
type importFile struct {
	File       string `arg:"" help:"CSV(UTF-8、GB18030)或 XLSX,头一行是表头。"`
	Map        string `help:"对照文件(YAML):columns、ignore、constant、values。"`
	Refused    string `help:"退回的行和怎么改写到哪个文件;不写就放在原文件旁边。"`
	MaxRefused int    `help:"退回的超过所有行的百分之几,就什么都不写。" default:"5"`
	DryRun     bool   `help:"只看不写。"`
	Date       string `help:"行里没写的,从哪天起是这样;不写就是今天。" placeholder:"2024-03-01"`
	JSON       bool   `name:"json" help:"进度和结果写成一行一个 JSON。"`
}

type importPeople struct {
	importFile
	Source string `help:"哪个部门的数据;记的是它的户号。" default:"registry:population"`
}

type importFacts struct {
	importFile
	Source     string `help:"哪个部门的数据,例如 registry:disability。一定要写。"`
	Numbers    string `help:"表里用的是哪个部门的户号。" default:"registry:population"`
	Confidence int    `help:"可信到几分,1 到 100。" default:"90"`
}

// Run brings people and households in. Broken off, it goes on when run again.
func (c importPeople) Run(t *tool) error {
	return closing(t, c.run(t, bulk.Order{Kind: bulk.People, Source: c.Source}))
}

// Run brings facts in.
func (c importFacts) Run(t *tool) error {
	return closing(t, c.run(t, bulk.Order{Kind: bulk.Facts, Source: c.Source, Numbers: c.Numbers, Confidence: c.Confidence}))
}

// importMemory is what the collector holds the process to: an import is at work beside
// the programs of a small machine.
const importMemory = 200 << 20

func (c importFile) run(t *tool, o bulk.Order) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	keys, err := importKeys(cfg)
	if err != nil {
		return err
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(importMemory)
	table, err := openTable(t.ctx, c.File)
	if err != nil {
		return err
	}
	defer table.close()
	if whole, err := filepath.Abs(c.File); err == nil { // what is said of it is true in every folder
		c.File = whole
	}
	if err := c.complete(&o, table.File); err != nil {
		return err
	}
	db, err := openImport(t, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	imp, err := importer(t, db, keys)
	if err != nil {
		return err
	}
	say := newImportTeller(t.out, c.JSON, os.Stderr)
	say.path = c.File
	say.file(table.File)
	o.Progress = say.progress
	res, err := imp.Run(t.ctx, o)
	say.end()
	var known *core.Error
	if errors.As(err, &known) && (known.Field == "source" || known.Field == "numbers") {
		return &verdict{statusUsage, inWords(err)}
	}
	if err != nil {
		return err
	}
	return say.result(res, o)
}

// importKeys reads the keys that seal what comes in, and who brought it in.
func importKeys(cfg *boot.Config) (*seal.PlatformKeys, error) {
	keys, err := seal.LoadPlatform(boot.KeyPath(cfg, seal.PlatformFile))
	if err != nil {
		return nil, broken("平台的密钥读不出来(%w)。还没有的,lianou up 或 lianou keys make 会做一套", err)
	}
	return keys, nil
}

// complete fills in what the flags say.
func (c importFile) complete(o *bulk.Order, table *tabular.File) (err error) {
	o.File, o.MaxRefused, o.DryRun, o.Actor = table, c.MaxRefused, c.DryRun, audit.Actor{Kind: "operator"}
	if o.MaxRefused == 0 {
		o.MaxRefused = -1
	}
	path := c.Refused
	if path == "" {
		path = strings.TrimSuffix(c.File, filepath.Ext(c.File)) + ".refused.csv"
	}
	if err := apart(path, c.File, c.Map); err != nil {
		return err
	}
	o.Refused = &bulk.RefusalFile{Path: path}
	if o.Mapping, err = readMapping(c.Map); err != nil {
		return err
	}
	if c.Date != "" {
		o.On, err = core.ParseDate(c.Date)
	}
	return err
}

// apart refuses to put refused rows in the place of what was handed in.
func apart(refused string, given ...string) error {
	there, err := os.Stat(refused)
	if err != nil {
		return nil // what is not there is nobody's
	}
	for _, path := range given {
		if info, err := os.Stat(path); err == nil && os.SameFile(there, info) {
			return core.Invalid("refused", "退回文件不能写到交来的文件上。请用 --refused 换一个名字。")
		}
	}
	return nil
}

// importer takes the places that the city itself imported, or those that ship.
func importer(t *tool, db *pg.DB, keys *seal.PlatformKeys) (*bulk.Importer, error) {
	places, err := registry.PlacesOf(t.ctx, db)
	if err != nil {
		return nil, err
	}
	log := audit.New(keys.Ring)
	reg, err := registry.New(registry.Config{Ring: keys.Ring, Log: log, Regions: places})
	if err != nil {
		return nil, err
	}
	return bulk.New(bulk.Config{DB: db, Registry: reg, Ring: keys.Ring, Log: log})
}

// importTeller says how far an import is: as JSON lines, or a line on a terminal.
type importTeller struct {
	mu    sync.Mutex
	out   io.Writer
	path  string        // of what was handed in
	json  *json.Encoder // nil: for people
	bar   *progress
	began time.Time
	last  time.Time
	phase string
}

func newImportTeller(out io.Writer, lines bool, terminal *os.File) *importTeller {
	s := &importTeller{out: out, bar: newProgress(terminal), began: time.Now()}
	if lines {
		s.json, s.bar.out = json.NewEncoder(out), nil
	}
	return s
}

// file says how the table is read: whoever sent it in another encoding sees that it
// was understood.
func (s *importTeller) file(f *tabular.File) {
	if s.json != nil {
		_ = s.json.Encode(map[string]any{"format": f.Format, "encoding": f.Encoding, "comma": string(f.Comma), "bytes": f.Size})
		return
	}
	if f.Format == tabular.CSV {
		comma := string(f.Comma)
		if f.Comma == '\t' {
			comma = "制表符"
		}
		fmt.Fprintf(s.out, "当作 CSV 读,编码 %s,格子用 %s 隔开\n", f.Encoding, comma)
	} else {
		fmt.Fprintln(s.out, "当作 XLSX 读,读头一张没藏起来的表")
	}
}

func (s *importTeller) progress(p bulk.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase != p.Phase {
		s.phase, s.bar.began, s.last = p.Phase, time.Now(), time.Time{}
	}
	if s.json == nil {
		if p.Total > 0 {
			s.bar.show(int(p.Done), int(p.Total))
		}
		return
	}
	if time.Since(s.last) < time.Second && p.Done < p.Total {
		return
	}
	s.last = time.Now()
	line := struct {
		bulk.Progress
		Rate float64 `json:"rate"` // of the unit, a second
		Left float64 `json:"left"` // seconds
	}{Progress: p}
	if took := time.Since(s.bar.began).Seconds(); took > 0.1 && p.Done > 0 && p.Total > 0 {
		line.Rate = float64(p.Done) / took
		line.Left = float64(p.Total-p.Done) / line.Rate
	}
	_ = s.json.Encode(line)
}

func (s *importTeller) end() { s.bar.end() }

// result says what became of the file. A file that is held is an error, so that a
// script that brings files in does not take it for done; and one that would be, so that a
// trial says what will happen.
func (s *importTeller) result(res bulk.Result, o bulk.Order) error {
	if s.json != nil {
		_ = s.json.Encode(res)
	} else {
		fmt.Fprintf(s.out, "%d 行:%s;重复 %d 行,退回 %d 行。用了 %.1f 秒\n", res.Rows, brought(res, o.Kind), res.Repeated, res.Refused, time.Since(s.began).Seconds())
		if o.DryRun && res.Nothing {
			fmt.Fprintln(s.out, "试了一遍。去掉 --dry-run 再跑一次就写")
		}
		if res.Refused > 0 {
			fmt.Fprintf(s.out, "退回的行和怎么改,写在:%s\n", o.Refused.Path)
		}
	}
	if !res.Over {
		return nil
	}
	not := "一行都不会写"
	if res.Held {
		not = "一行都没写"
	}
	return broken("%d 行里退回 %d 行,超过了允许的 %d %%:%s。%s", res.Rows, res.Refused, max(o.MaxRefused, 0), not, s.mend(o))
}

// brought says what came in, would, or did when the same file came before.
func brought(res bulk.Result, kind bulk.Kind) string {
	before, will := "", ""
	switch {
	case res.Again:
		before = "这个文件导入过,这次什么都没变。那一次:"
	case res.Nothing:
		before, will = "这次没有写;写的话,", "会"
	}
	if kind == bulk.Facts { // a row makes an entry about its person and one about its household
		fresh := res.Sheets - res.Changed - res.Renewed
		if res.Nothing {
			fresh = res.Would - res.Changed - res.Renewed
		}
		return fmt.Sprintf("%s%s新记 %d 条,改 %d 条,内容一样、日子更新 %d 条,已经有、不再记 %d 条", before, will, fresh, res.Changed, res.Renewed, res.Known)
	}
	if res.Nothing {
		return fmt.Sprintf("%s%s新来 %d 人,库里已有、不改 %d 人", before, will, res.Would, res.Known)
	}
	return fmt.Sprintf("%s新来 %d 人、%d 户,库里已有、不改 %d 人", before, res.People, res.Households, res.Known)
}

// mend says what to do where nothing came in: the refusal file has only the rows that are
// wrong, and whoever brought that one in would lose the others.
func (s *importTeller) mend(o bulk.Order) string {
	return fmt.Sprintf("请在原来的文件 %s 里改好这几行,再导入它;%s 里只有退回的行,按行号排。要放宽,用 --max-refused", s.path, o.Refused.Path)
}
