import { Module } from '@nestjs/common';
import { HealthModule } from '#health';
import { AccountPagesController } from './account-pages.controller.js';
import { HomeController } from './home.controller.js';

@Module({ imports: [HealthModule], controllers: [HomeController, AccountPagesController] })
export class DashboardModule {}
