"""From an analysis to sentences, pictures, a page and analysis.json."""
