package demo

import "fmt"

// People and places. Each name is used once; a list that is too short starts again, as dynasties do.
var (
	operatorNames = []string{"Ada", "Boris", "Chen", "Dalia", "Emil", "Farah", "Goran", "Hana", "Ivo", "Jun", "Kofi",
		"Lena", "Milan", "Nadia", "Oskar", "Priya", "Quentin", "Rania", "Sven", "Tomoko", "Ulla", "Victor", "Wen",
		"Ximena", "Yusuf", "Zora"}
	vaultNames = []string{"Harbour", "Orchard", "Granite", "Lighthouse", "Meadow", "Foundry", "Glacier", "Juniper",
		"Quarry", "Saddle", "Tideway", "Willow", "Anchor", "Bramble", "Cedar", "Delta", "Ember", "Fjord", "Grove",
		"Heath", "Isle", "Jetty", "Kiln", "Lagoon", "Mill", "Nook", "Opal", "Prairie", "Ridge", "Summit", "Terrace"}
	curatorNames = []string{"Quill & Sons", "Marigold Capital", "Northgate", "The Cooperative"}
	stakerNames  = []string{"Alma", "Bruno", "Carla", "Dmitri", "Elif", "Felix", "Greta", "Hugo", "Ines", "Jonas",
		"Kira", "Luca", "Mina", "Nils", "Olga", "Pavel", "Queenie", "Rosalind", "Samir", "Talia", "Umberto", "Vera",
		"Walter", "Xenia", "Yara", "Zeno", "Anton", "Bella", "Cyril", "Doris", "Edgar", "Flora", "Gustav", "Heidi",
		"Igor", "Judith", "Karl", "Lydia", "Mateo", "Nora", "Otto", "Petra", "Ralf", "Selma", "Theo", "Ursula",
		"Viggo", "Wanja", "Yves", "Zelda"}
	setNames = []string{"Atlas", "Borealis", "Cygnus", "Draco"}
)

// name returns the i-th of a list, and the list again as the second, third, … of the name when it is too short.
func name(list []string, i int) string {
	n := list[i%len(list)]
	switch round := i / len(list); round {
	case 0:
		return n
	case 1, 2, 3, 4:
		return n + " " + [...]string{"II", "III", "IV", "V"}[round-1]
	default: // Options.Check lets nobody come so far
		return fmt.Sprintf("%s %d", n, round+1)
	}
}
