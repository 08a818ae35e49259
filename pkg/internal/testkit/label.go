package testkit

// Specialties returns the 40 labels of MTSamples, long ones among them, in an order of no meaning.
func Specialties() []string {
	return []string{
		"Surgery", "Consult - History and Phy.", "Cardiovascular / Pulmonary", "Orthopedic", "Radiology", "General Medicine",
		"Gastroenterology", "Neurology", "SOAP / Chart / Progress Notes", "Obstetrics / Gynecology", "Urology", "Discharge Summary",
		"ENT - Otolaryngology", "Neurosurgery", "Hematology - Oncology", "Ophthalmology", "Nephrology", "Emergency Room Reports",
		"Pediatrics - Neonatal", "Pain Management", "Psychiatry / Psychology", "Office Notes", "Podiatry", "Dermatology",
		"Cosmetic / Plastic Surgery", "Dentistry", "Letters", "Physical Medicine - Rehab", "Sleep Medicine", "Endocrinology", "Bariatrics",
		"IME-QME-Work Comp etc.", "Chiropractic", "Diets and Nutritions", "Rheumatology", "Speech - Language", "Autopsy",
		"Lab Medicine - Pathology", "Allergy / Immunology", "Hospice - Palliative Care",
	}
}
