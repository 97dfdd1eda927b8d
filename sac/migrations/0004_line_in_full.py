import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from evendas.sealing import seal


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_shows_deleted"),
        ("automacao", "0004_line_in_full"),
        ("sac", "0003_number_knows_its_desk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reaction", "reação"),
                            ("edit", "edição"),
                            ("deletion", "exclusão"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Na fila"),
                            ("done", "Feita"),
                            ("failed", "Não feita"),
                            ("replaced", "Substituída"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=300)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "alteração",
                "verbose_name_plural": "alterações",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ContactMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("moved", models.JSONField(default=dict)),
                ("merged_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "união de contatos",
                "verbose_name_plural": "uniões de contatos",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EarlyChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider_id", models.CharField(max_length=128)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("edit", "edição"),
                            ("deletion", "exclusão"),
                            ("reaction", "reação"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_ours", models.BooleanField(default=False)),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "received_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "verbose_name": "alteração adiantada",
                "verbose_name_plural": "alterações adiantadas",
            },
        ),
        migrations.RemoveIndex(
            model_name="media",
            name="sac_media_of_message",
        ),
        migrations.RemoveField(
            model_name="message",
            name="expires_at",
        ),
        migrations.AddField(
            model_name="contact",
            name="merged_into",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sac.contact",
            ),
        ),
        migrations.AddField(
            model_name="conversation",
            name="address_known_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="media",
            name="error",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="media",
            name="height",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="media",
            name="lease_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="media",
            name="next_attempt_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="media",
            name="playable",
            field=models.FileField(blank=True, max_length=200, upload_to=""),
        ),
        migrations.AddField(
            model_name="media",
            name="seconds",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="media",
            name="thumbnail",
            field=models.FileField(blank=True, max_length=200, upload_to=""),
        ),
        migrations.AddField(
            model_name="media",
            name="width",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="earlier_texts",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="message",
            name="reactions",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="media",
            name="message",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="media",
                to="sac.message",
            ),
        ),
        migrations.AddIndex(
            model_name="media",
            index=models.Index(
                condition=models.Q(("state", "pending")),
                fields=["next_attempt_at"],
                name="sac_media_pending",
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="attendant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sac.attendant",
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="message",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="amendments",
                to="sac.message",
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="store",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.store",
                verbose_name="loja",
            ),
        ),
        migrations.AddField(
            model_name="contactmerge",
            name="gone",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sac.contact",
            ),
        ),
        migrations.AddField(
            model_name="contactmerge",
            name="kept",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges",
                to="sac.contact",
            ),
        ),
        migrations.AddField(
            model_name="contactmerge",
            name="store",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.store",
                verbose_name="loja",
            ),
        ),
        migrations.AddField(
            model_name="contactmerge",
            name="undone_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="earlychange",
            name="instance",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="automacao.instance",
            ),
        ),
        migrations.AddField(
            model_name="earlychange",
            name="store",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.store",
                verbose_name="loja",
            ),
        ),
        migrations.AddIndex(
            model_name="amendment",
            index=models.Index(fields=["message"], name="sac_amendment_of_message"),
        ),
        migrations.AddIndex(
            model_name="amendment",
            index=models.Index(
                condition=models.Q(("state", "queued")),
                fields=["next_attempt_at"],
                name="sac_amendment_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(
                fields=("store", "id"), name="sac_amendment_store_id"
            ),
        ),
        migrations.AddIndex(
            model_name="contactmerge",
            index=models.Index(fields=["kept"], name="sac_merge_of_contact"),
        ),
        migrations.AddConstraint(
            model_name="contactmerge",
            constraint=models.UniqueConstraint(
                fields=("store", "id"), name="sac_contactmerge_store_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="earlychange",
            constraint=models.UniqueConstraint(
                fields=("instance", "provider_id", "kind", "is_ours", "at"),
                name="sac_earlychange_once",
            ),
        ),
        # Every address so far came from the network: nobody could start a conversation yet.
        migrations.RunSQL(
            "UPDATE sac_conversation SET address_known_at = created_at", migrations.RunSQL.noop
        ),
        seal("sac_amendment", "message_id", "sac_message"),
        seal("sac_amendment", "attendant_id", "sac_attendant"),
        seal("sac_contact", "merged_into_id", "sac_contact"),
        seal("sac_contactmerge", "kept_id", "sac_contact"),
        seal("sac_contactmerge", "gone_id", "sac_contact"),
        seal("sac_contactmerge", "undone_by_id", "accounts_user"),
        seal("sac_earlychange", "instance_id", "automacao_instance"),
    ]
