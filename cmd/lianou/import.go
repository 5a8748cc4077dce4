package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/bulk"
	tabular "lianou/core/tables"
)

type importCmd struct {
	People  importPeople  `cmd:"" help:"人和户,一行一人。"`
	Facts   importFacts   `cmd:"" help:"部门的数据,一行一人或一户。"`
	Regions importRegions `cmd:"" help:"区划,整个替换。"`
}

type importRegions struct {
	File string `arg:"" help:"CSV 或 XLSX,四列:code、name、old_codes、synthetic;上级写在下级前面。"`
	Map  string `help:"对照文件:哪一列是哪一项,哪些不读。"`

	DryRun bool `help:"只看不写。"`
	Ending int  `help:"原来的地方里,有几处确实撤了,所以不在表里。" placeholder:"几处"`
}

// errTried takes back what a trial would have written.
var errTried = errors.New("only tried")

// Run replaces the places. Programs read them when they start.
func (c importRegions) Run(t *tool) error { return closing(t, c.run(t)) }

func (c importRegions) run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	keys, err := importKeys(cfg)
	if err != nil {
		return err
	}
	table, err := openTable(t.ctx, c.File)
	if err != nil {
		return err
	}
	defer table.close()
	m, err := readMapping(c.Map)
	if err != nil {
		return err
	}
	tree, err := bulk.ReadRegions(table.File, m)
	if err != nil {
		return err
	}
	db, err := openImport(t, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := c.foretell(t, db, tree); err != nil {
		return err
	}
	err = db.Tx(t.ctx, pg.City("import of places"), func(ctx context.Context, tx *pg.Tx) error {
		if err := c.ends(ctx, tx, tree); err != nil {
			return err
		}
		if err := registry.SaveRegions(ctx, tx, tree); err != nil {
			return err
		}
		if c.DryRun {
			return errTried
		}
		// Who may see whom hangs on this list.
		return audit.New(keys.Ring).Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "operator"}, Act: "regions.imported", Purpose: "import",
			Detail: map[string]any{"sha256": hex.EncodeToString(table.Digest[:]), "towns": tree.Len(registry.LevelTownship), "villages": tree.Len(registry.LevelVillage)}})
	})
	then := "换好了。gateway 和 platform 重新启动以后用新的。"
	if errors.Is(err, errTried) {
		then, err = "试了一遍,没有写。去掉 --dry-run 再跑一次就写。", nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d 个县,%d 个乡镇,%d 个村。%s\n",
		tree.Len(registry.LevelCounty), tree.Len(registry.LevelTownship), tree.Len(registry.LevelVillage), then)
	return nil
}

// ends refuses a list that leaves out places where somebody lives, and one that leaves out
// others without saying how many: half a file is a whole list as well.
func (c importRegions) ends(ctx context.Context, tx *pg.Tx, tree *registry.Regions) error {
	gone, err := registry.Endings(ctx, tx, tree)
	if err != nil {
		return err
	}
	var lived, households int64
	first := registry.Ending{}
	for _, e := range gone {
		if e.Households == 0 {
			continue
		}
		if lived == 0 {
			first = e
		}
		lived, households = lived+1, households+e.Households
	}
	switch {
	case lived > 0:
		return broken("区划表是整个替换的。现在的地方有 %d 处不在表里,其中 %d 处还住着人,一共 %d 户,头一处是 %s %s(%d 户)。什么都没改。请把这几处补进表里;人都搬走以后再去掉",
			len(gone), lived, households, first.Code, first.Name, first.Households)
	case len(gone) != c.Ending:
		return broken("区划表是整个替换的。现在的地方有 %d 处不在表里:%s。那里没有人住。什么都没改。漏了的补进表里;确实撤了的,加上 --ending %d 再来一次",
			len(gone), firstOf(gone, ending), len(gone))
	}
	return nil
}

// closing is how an import ends, in words that whoever brings files in reads: told to stop
// before it was done, which a script does not take for done; with a sentence of its own; or
// with what went wrong underneath and where to look.
func closing(t *tool, err error) error {
	if err == nil {
		return nil
	}
	if t.ctx.Err() != nil {
		return &verdict{statusUnfinished, errors.New("没做完就停了。同样的命令再跑一次,接着走")}
	}
	var own *verdict
	if errors.As(err, &own) {
		return err
	}
	var known *core.Error
	if errors.As(err, &known) && known.Say != "" {
		return inWords(err)
	}
	return errors.New("没做成。先跑 lianou doctor 看哪里不对,修好了,同样的命令再跑一次,接着走(" + boot.Plain(err).Error() + ")")
}

// openedTable is a table and the file it lies in.
type openedTable struct {
	*tabular.File
	close func() error
}

func openTable(ctx context.Context, path string) (openedTable, error) {
	f, err := os.Open(path)
	if err != nil {
		return openedTable{}, notOpened(path, err)
	}
	info, err := f.Stat()
	switch {
	case err == nil && info.IsDir():
		err = &verdict{statusUsage, errors.New(path + " 是一个目录。请写目录里的哪个文件")}
	case err == nil:
		var table *tabular.File
		if table, err = tabular.Look(ctx, f, info.Size()); err == nil {
			return openedTable{table, f.Close}, nil
		}
	}
	return openedTable{}, errors.Join(err, f.Close())
}

// notOpened says of a file that was named on the command line why it is not read.
func notOpened(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &verdict{statusUsage, errors.New("没有这个文件:" + path + "。看看目录和名字写对了没有")}
	case errors.Is(err, fs.ErrPermission):
		return broken("没有权限读这个文件:%s。请换成能读的,或者请管机器的人改权限", path)
	}
	return broken("这个文件打不开:%s(%w)", path, err)
}

func readMapping(path string) (bulk.Mapping, error) {
	if path == "" {
		return bulk.Mapping{}, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return bulk.Mapping{}, notOpened(path, err)
	}
	return bulk.ParseMapping(b)
}

// inWords gives an error as the sentence that says what to do, where it has one.
func inWords(err error) error {
	var known *core.Error
	if !errors.As(err, &known) || known.Say == "" {
		return err
	}
	if known.Err != nil {
		return fmt.Errorf("%s(%w)", known.Say, known.Err)
	}
	return errors.New(known.Say)
}
