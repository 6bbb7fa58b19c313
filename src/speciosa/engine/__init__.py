"""Model text to population simulator. Generic: it knows no drug and no clinic."""
