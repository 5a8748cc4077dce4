package policy

import "io/fs"

// Lacking names what a folder of policies has nothing of though no city can work without it:
// a folder that lost one of its files reads as well as a whole one, and gives two benefits that
// bar each other to one household. Parts of a Book, as tests and drafts have them, lack what they
// lack; whoever takes a folder for the city's rules asks. A folder that cannot be read lacks nothing
// here: Load says what is wrong with it.
func Lacking(fsys fs.FS) (bad Problems) {
	files, _ := readFiles(fsys)
	var all document
	for _, f := range files {
		d := f.doc
		all.Departments, all.Items = append(all.Departments, d.Departments...), append(all.Items, d.Items...)
		all.Rules, all.Calendar, all.Packs = append(all.Rules, d.Rules...), append(all.Calendar, d.Calendar...), append(all.Packs, d.Packs...)
	}
	for _, part := range []struct {
		name, file, say string
		n               int
	}{
		{"departments", "departments.yaml", "没有一个部门(departments)。", len(all.Departments)},
		{"items", "items/", "没有一个事项(items)。", len(all.Items)},
		{"rules", "rules.yaml", "没有一条事项之间的规矩(rules),只能选一样的几样会一起给。", len(all.Rules)},
		{"calendar", "calendar.yaml", "没有放假和调休的日子(calendar),期限会算错。", len(all.Calendar)},
		{"packs", "packs.yaml", "没有规则包(packs),不知道按哪部法办。", len(all.Packs)},
	} {
		if part.n == 0 {
			bad = append(bad, Problem{What: "nothing in this folder has " + part.name + ", which the built-in policies keep in " + part.file, Say: part.say + "看看文件夹里是不是少了文件 " + part.file + "。"})
		}
	}
	return bad
}
