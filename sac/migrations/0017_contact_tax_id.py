from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sac", "0016_preview_authors")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="tax_id",
            field=models.CharField(blank=True, max_length=14, verbose_name="CPF ou CNPJ"),
        ),
    ]
