package township

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/wording"
	"lianou/core/workflow"
)

// secondRow is a record of a visit beside the one that counts, in words.
type secondRow struct {
	casefile.SecondRecord
	workflow.Second
	Rows []factRow // what they saw otherwise
}

func secondRows(v casefile.View) (out []secondRow) {
	for _, r := range v.Seconds {
		row := secondRow{SecondRecord: r}
		if json.Unmarshal([]byte(r.Record), &row.Second) != nil { // of a later build
			row.Statement = "这份记录现在打不开,请找管理员。"
		}
		for _, path := range slices.Sorted(maps.Keys(row.Facts)) {
			row.Rows = append(row.Rows, factRow{Label: wording.FactLabel(path), Value: desk.SayFact(!strings.HasPrefix(path, "members/"), path[strings.LastIndexByte(path, '/')+1:], core.DateOf(r.Seen), row.Facts[path])})
		}
		out = append(out, row)
	}
	return out
}
