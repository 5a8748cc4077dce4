package watch

import (
	"errors"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/seal"
)

// Books gives the Book in force on a day: the shelf of published ones, or a library in
// a file.
type Books interface {
	On(core.Date) (*policy.Book, error)
}

// A Library of Books also finds one by its digest, whatever was published since
// (KindNotFound for one it never had). With Books that are a Library a scan after a change
// of the rules judges only whom the change can touch.
type Library interface {
	Book(digest string) (*policy.Book, error)
}

// Deps is what New needs; all are required.
type Deps struct {
	DB       *pg.DB // of lianou_platform
	Registry *registry.Registry
	Books    Books
	Audit    *audit.Log
	Ring     *seal.Ring // seals what people said of leads
}

// Watch runs scans. It is safe for concurrent use.
type Watch struct {
	Deps
	found  insight.Store
	judges judges
	scales scales
}

// New checks what it is given.
func New(d Deps) (*Watch, error) {
	if d.DB == nil || d.Registry == nil || d.Books == nil || d.Audit == nil || d.Ring == nil {
		return nil, core.E(core.KindInternal, "watch_config", "").Wrap(errors.New("watch.Deps needs DB, Registry, Books, Audit and Ring"))
	}
	return &Watch{Deps: d}, nil
}

// Found is the store of what scans found.
func (w *Watch) Found() insight.Store { return w.found }
