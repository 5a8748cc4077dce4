package main

import (
	"context"
	"fmt"
	"strings"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
)

// placesShown is how many places a line names.
const placesShown = 5

// foretell says, before anything is written, what a list of places does beside adding some:
// which are called otherwise, which end, and how many accounts of staff are for those.
func (c importRegions) foretell(t *tool, db *pg.DB, tree *registry.Regions) error {
	var renames []registry.Rename
	var gone []registry.Ending
	bound := 0
	err := db.Read(t.ctx, pg.City("import of places: looking"), func(ctx context.Context, tx *pg.Tx) (err error) {
		if renames, err = registry.Renames(ctx, tx, tree); err != nil {
			return err
		}
		if gone, err = registry.Endings(ctx, tx, tree); err != nil {
			return err
		}
		codes := make([]core.RegionCode, len(gone))
		for i, e := range gone {
			codes[i] = e.Code
		}
		bound, err = staff.Bound(ctx, tx, codes)
		return err
	})
	if err != nil {
		return err
	}
	if len(renames) > 0 {
		fmt.Fprintf(t.out, "改名的 %d 处:%s\n", len(renames), firstOf(renames, func(r registry.Rename) string {
			return string(r.Code) + " " + r.Was + " → " + r.Is
		}))
	}
	if len(gone) > 0 {
		fmt.Fprintf(t.out, "现在的地方有 %d 处不在表里:%s;管这几处的账号有 %d 个\n", len(gone), firstOf(gone, ending), bound)
	}
	return nil
}

// ending names a place that a list leaves out.
func ending(e registry.Ending) string { return string(e.Code) + " " + e.Name }

// firstOf says the first few of a list, and how many more there are.
func firstOf[T any](list []T, say func(T) string) string {
	var words []string
	for _, one := range list[:min(len(list), placesShown)] {
		words = append(words, say(one))
	}
	if more := len(list) - placesShown; more > 0 {
		words = append(words, fmt.Sprintf("还有 %d 处", more))
	}
	return strings.Join(words, "、")
}
