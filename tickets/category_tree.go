package tickets

import "sync"

// CategoryTree is the tree of matters in force, immutable and safe for use by
// several goroutines. It has two levels.
type CategoryTree struct {
	list []Category
	at   map[string]int
}

// NewCategoryTree arranges categories: every top one before its own, each level
// in the order given. One whose parent is missing stands at the top.
func NewCategoryTree(list []Category) *CategoryTree {
	t := &CategoryTree{at: make(map[string]int, len(list))}
	known := make(map[string]bool, len(list))
	for _, c := range list {
		known[c.Code] = true
	}
	add := func(c Category) {
		t.at[c.Code] = len(t.list)
		t.list = append(t.list, c)
	}
	for _, top := range list {
		if top.Parent != "" && known[top.Parent] {
			continue
		}
		top.Parent = ""
		add(top)
		for _, c := range list {
			if c.Parent == top.Code && c.Code != top.Code {
				add(c)
			}
		}
	}
	return t
}

var defaultCategories = sync.OnceValue(func() *CategoryTree { return NewCategoryTree(Categories) })

// DefaultCategories is the tree the program ships with.
func DefaultCategories() *CategoryTree { return defaultCategories() }

// All lists the categories, retired ones too, a parent before its children. The
// list must not be changed.
func (t *CategoryTree) All() []Category { return t.list }

// Find returns a category by its code, a retired one too.
func (t *CategoryTree) Find(code string) (Category, bool) {
	i, ok := t.at[code]
	if !ok {
		return Category{}, false
	}
	return t.list[i], true
}

// Usable tells whether a new ticket may be put under the code: neither it nor
// its parent is retired.
func (t *CategoryTree) Usable(code string) bool {
	c, ok := t.Find(code)
	if !ok || c.Retired {
		return false
	}
	return c.Parent == "" || t.Usable(c.Parent)
}

// Children counts the categories directly below, retired ones included.
func (t *CategoryTree) Children(code string) int {
	n := 0
	for _, c := range t.list {
		if c.Parent == code && code != "" {
			n++
		}
	}
	return n
}
