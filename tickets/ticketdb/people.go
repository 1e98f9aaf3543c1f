package ticketdb

import (
	"encoding/json"
	"fmt"
	"strings"

	"hotline/internal/vault"
)

// peopleColumns are the complainants as columns of unnest.
type peopleColumns struct {
	id                       []int64
	role                     []string
	sealed                   [][]byte
	shown, shownPhone        []string
	hasPhone, hasMail        []bool
	phoneIdx, idIdx, nameIdx [][]byte
}

func (p *peopleColumns) add(v *vault.Vault, id, ticket int64, i int, c Complainant, confidential bool) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("complainant: %w", err)
	}
	sealed, err := v.Seal(aad("complainant", id), plain)
	if err != nil {
		return fmt.Errorf("seal complainant: %w", err)
	}
	role := c.Role
	if role == "" {
		role = "caller"
	}
	shown, phone := v.Pseudonym(ticket, i), ""
	if !confidential {
		shown, phone = vault.MaskName(c.Name), ""
		if c.Phone != "" {
			phone = vault.MaskPhone(c.Phone)
		}
	}
	p.id, p.role, p.sealed = append(p.id, id), append(p.role, role), append(p.sealed, sealed)
	p.shown, p.shownPhone = append(p.shown, shown), append(p.shownPhone, phone)
	p.hasPhone, p.hasMail = append(p.hasPhone, strings.TrimSpace(c.Phone) != ""), append(p.hasMail, c.Mail != "")
	p.phoneIdx = append(p.phoneIdx, v.Index(vault.Phone, c.Phone))
	p.idIdx = append(p.idIdx, v.Index(vault.CitizenIDKind, c.IDNo))
	p.nameIdx = append(p.nameIdx, v.Index(vault.Name, c.Name))
	return nil
}

func (p *peopleColumns) join(o peopleColumns) {
	p.id, p.role, p.sealed = append(p.id, o.id...), append(p.role, o.role...), append(p.sealed, o.sealed...)
	p.shown, p.shownPhone = append(p.shown, o.shown...), append(p.shownPhone, o.shownPhone...)
	p.hasPhone, p.hasMail = append(p.hasPhone, o.hasPhone...), append(p.hasMail, o.hasMail...)
	p.phoneIdx, p.idIdx, p.nameIdx = append(p.phoneIdx, o.phoneIdx...), append(p.idIdx, o.idIdx...), append(p.nameIdx, o.nameIdx...)
}
